import { describeEscapes } from './describe-escapes';

describeEscapes('B');
