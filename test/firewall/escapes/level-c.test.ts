import { describeEscapes } from './describe-escapes';
import { NETWORK_ESCAPES } from './network';
import { PROCESS_ESCAPES } from './processes';

const chosen = [...NETWORK_ESCAPES, ...PROCESS_ESCAPES];
describeEscapes('C', { level: 'C' }, (escape) => chosen.includes(escape));
