import { describeEscapes } from './describe-escapes';

describeEscapes('A');
