import { optionSpec, type OptionSpec } from '../options';

/** How a program that runs another program given in its arguments writes it down. */
export interface PrefixWrapper {
  readonly options: OptionSpec;
  /** Operands before the inner command: the duration of `timeout`, the root of `chroot`. */
  readonly operandsBefore: number;
  /** Option whose value is shell text run instead (`flock -c`, `script -c`). */
  readonly textOption?: string;
  /** Option that sets the inner command's working directory. */
  readonly directoryOption?: string;
  /** An option carries words to be split (`env -S`). */
  readonly splitsStrings?: boolean;
  /** Assignments `NAME=value` may stand before the command. */
  readonly takesAssignments?: boolean;
}

function prefix(notation: string, extra: Partial<PrefixWrapper> = {}): PrefixWrapper {
  return { options: optionSpec(notation), operandsBefore: 0, ...extra };
}

const PLAIN = prefix('');
const ONE_BEFORE = prefix('', { operandsBefore: 1 });

/** Wrappers that name the inner command as trailing words, by program. Manual pages of the tools, 2026. */
export const PREFIX_TABLE: ReadonlyMap<string, PrefixWrapper> = new Map([
  [
    'sudo',
    prefix(
      'A|askpass b|background B|bell C|close-from= D|chdir= E|preserve-env=? e|edit g|group= H|set-home h|host= i|login K|remove-timestamp k|reset-timestamp l|list N n|non-interactive P p|prompt= R|chroot= r|role= S|stdin s|shell T|command-timeout= t|type= U|other-user= u|user= V v|validate',
      { takesAssignments: true, directoryOption: 'chdir' },
    ),
  ],
  ['doas', prefix('a= C= L n s u=')],
  [
    'env',
    prefix(
      'i|ignore-environment 0|null u|unset= C|chdir= S|split-string= a|argv0= v|debug block-signal=? default-signal=? ignore-signal=? list-signal-handling',
      { takesAssignments: true, splitsStrings: true, directoryOption: 'chdir' },
    ),
  ],
  ['nice', prefix('n|adjustment=')],
  ['ionice', prefix('c|class= n|classdata= p|pid= P|pgid= t|ignore u|uid=')],
  ['nohup', PLAIN],
  ['setsid', prefix('c|ctty f|fork w|wait')],
  ['stdbuf', prefix('i|input= o|output= e|error=')],
  [
    'timeout',
    prefix('f|foreground k|kill-after= p|preserve-status s|signal= v|verbose', {
      operandsBefore: 1,
    }),
  ],
  ['time', prefix('a|append f|format= o|output= p|portability q|quiet v|verbose')],
  ['chroot', prefix('userspec= groups= skip-chdir', { operandsBefore: 1 })],
  [
    'strace',
    prefix(
      'a= b= c C d D e|expr= E= f F i I= k n N o|output= O= p|attach= P= q r s= S= t T u|user= U= v V w x X= y z Z A|output-append-mode',
    ),
  ],
  ['ltrace', prefix('a= b A= c C D= e= f F= i l= L n= o= p= r s= S t T u= w= x=')],
  ['valgrind', PLAIN],
  ['unbuffer', prefix('p')],
  ['taskset', prefix('a|all-tasks c|cpu-list p|pid', { operandsBefore: 1 })],
  [
    'chrt',
    prefix(
      'a b|batch d|deadline f|fifo i|idle o|other r|rr R P|sched-period= D|sched-deadline= T|sched-runtime= v',
      { operandsBefore: 1 },
    ),
  ],
  [
    'flock',
    prefix(
      's|shared x|exclusive e u|unlock n|nonblock w|wait|timeout= o|close c|command= E|conflict-exit-code= F|no-fork v|verbose',
      { operandsBefore: 1, textOption: 'command' },
    ),
  ],
  [
    'setpriv',
    prefix(
      'ambient-caps= bounding-set= inh-caps= clear-groups groups= init-groups keep-groups no-new-privs nnp rgid= regid= ruid= euid= reuid= egid= reset-env securebits= selinux-label= apparmor-profile= pdeathsig=',
    ),
  ],
  [
    'unshare',
    prefix(
      'm|mount=? u|uts=? i|ipc=? n|net=? p|pid=? U|user=? C|cgroup=? T|time=? f|fork r|map-root-user c|map-current-user kill-child=? mount-proc=? map-user= map-group= map-users= map-groups= map-auto propagation= setgroups= R|root= w|wd= S|setuid= G|setgid= keep-caps monotonic= boottime=',
      { directoryOption: 'wd' },
    ),
  ],
  [
    'nsenter',
    prefix(
      'a|all t|target= m|mount=? u|uts=? i|ipc=? n|net=? p|pid=? C|cgroup=? U|user=? T|time=? S|setuid=? G|setgid=? preserve-credentials r|root=? w|wd=? W|wdns= F|no-fork Z e|env',
    ),
  ],
  [
    'systemd-run',
    prefix(
      'user system scope u|unit= p|property= description= slice= r|remain-after-exit E|setenv= t|pty P|pipe S|shell q|quiet G|collect wait d|same-dir working-directory= uid= gid= nice= on-calendar= on-active= service-type= no-block no-ask-password M|machine= H|host=',
      { directoryOption: 'working-directory' },
    ),
  ],
  ['pkexec', prefix('user= disable-internal-agent keep-cwd')],
  ['gosu', ONE_BEFORE],
  ['su-exec', ONE_BEFORE],
  ['tini', prefix('s p= v w g e= l')],
  ['dumb-init', prefix('c|single-child r|rewrite= v|verbose')],
  ['setarch', prefix('v R 3 4 B F I L S T X Z uname-2.6 addr-no-randomize')],
  [
    'script',
    prefix(
      'a|append c|command= e|return E|echo= f|flush I|log-in= O|log-out= o|output-limit= q|quiet t|timing=?',
      { operandsBefore: 1, textOption: 'command' },
    ),
  ],
  ['linux32', prefix('R')],
  ['linux64', prefix('R')],
  [
    'prlimit',
    prefix(
      'c|core=? d|data=? e|nice=? f|fsize=? i|sigpending=? l|memlock=? m|rss=? n|nofile=? o|output= p|pid= q|msgqueue=? r|rtprio=? s|stack=? t|cpu=? u|nproc=? v|as=? x|locks=? y|rttime=? noheadings raw verbose',
    ),
  ],
  [
    'numactl',
    prefix(
      'a|all i|interleave= p|preferred= m|membind= N|cpunodebind= C|physcpubind= l|localalloc',
    ),
  ],
  ['fakeroot', prefix('l|lib= faked= s= i= u|unknown-is-real b=')],
  ['eatmydata', PLAIN],
  ['catchsegv', PLAIN],
  ['dbus-run-session', prefix('config-file= dbus-daemon=')],
  [
    'xvfb-run',
    prefix(
      'a|auto-servernum e|error-file= f|auth-file= l|listen-tcp n|server-num= p|xauth-protocol= s|server-args= w|wait=',
    ),
  ],
  ['caffeinate', prefix('d i m s u t= w=')],
  ['proxychains', prefix('q f=')],
  ['proxychains4', prefix('q f=')],
  ['torsocks', prefix('i|isolate p|port= u|user= a|address=')],
  ['firejail', PLAIN],
  [
    'rlwrap',
    prefix('a A b= c C= D= e= f= F H= i I l= m M= n N o O= p P= q= r R s= S= t= v w= W z='),
  ],
  ['chpst', prefix('u= U= b= e= / n= l= L= m= d= o= p= f= c= P v V 0 1 2')],
  ['entr', prefix('a c d n p r s z x')],
  ['command', prefix('p v V')],
  ['builtin', PLAIN],
  ['exec', prefix('a= c l')],
  ['noglob', PLAIN],
  ['nocorrect', PLAIN],
]);
