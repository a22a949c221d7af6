import { perlProof, type Escape } from './escape';
import { SHARED_MEMORY_KEY, type World } from './world';

/** Node: connects, prints whatever comes back. */
function connect(target: (world: World) => string): (world: World) => string {
  return (world) =>
    `require('net').connect(${target(world)}).on('error', () => {}).pipe(process.stdout)`;
}

/** Perl: a stream socket of any protocol to an address, prints the reply. */
function perlStream(protocol: number, before = ''): (world: World) => string {
  return ({ port }) =>
    perlProof(
      '$reply =~ /ESCAPED/',
      `socket(my $s, AF_INET, SOCK_STREAM, ${protocol}) or exit; ${before}
       connect($s, pack_sockaddr_in(${port}, inet_aton("127.0.0.1"))) or exit; syswrite $s, "hi\\n"; my $reply = <$s>;`,
    );
}

function udp(type: 'udp4' | 'udp6', address: string): (world: World) => string {
  return ({ udpPort }) => `
    const socket = require('dgram').createSocket('${type}');
    const timer = setTimeout(() => socket.close(), 300);
    socket.on('error', () => socket.close(() => clearTimeout(timer)));
    socket.on('message', (m) => { console.log(String(m)); clearTimeout(timer); socket.close(); });
    socket.send('hi', ${udpPort}, '${address}');`;
}

/** Perl: whether a socket of this family can be had at all. */
function socketOf(family: number, type: number, protocol = 0): () => string {
  return () => perlProof(`socket(my $s, ${family}, ${type}, ${protocol})`);
}

export const NETWORK_ESCAPES: readonly Escape[] = [
  {
    name: 'TCP to a loopback service outside',
    by: 'node',
    code: connect(({ port }) => `${port}, '127.0.0.1'`),
  },
  {
    name: 'TCP to a loopback service outside over IPv6',
    by: 'node',
    code: connect(({ port }) => `${port}, '::1'`),
  },
  {
    name: 'TCP to an IPv4-mapped loopback address',
    by: 'node',
    code: connect(({ port }) => `${port}, '::ffff:127.0.0.1'`),
  },
  { name: 'TCP to 0.0.0.0', by: 'node', code: connect(({ port }) => `${port}, '0.0.0.0'`) },
  { name: 'TCP to ::', by: 'node', code: connect(({ port }) => `${port}, '::'`) },
  {
    name: 'TCP to another address of 127/8',
    by: 'sh',
    code: ({ port }) =>
      `node_free=1; perl -e 'use IO::Socket::INET; $s=IO::Socket::INET->new(PeerAddr=>"127.0.0.1",PeerPort=>${port}) or exit; print <$s>'`,
  },
  {
    name: 'TCP from a static file system tool (bash /dev/tcp)',
    by: 'sh',
    code: ({ port }) => `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3'`,
  },
  {
    name: 'TCP bound to an own source address',
    by: 'node',
    code: connect(({ port }) => `{port: ${port}, host: '127.0.0.1', localAddress: '127.0.0.5'}`),
  },
  { name: 'Multipath TCP', by: 'perl', code: perlStream(262) },
  {
    name: 'TCP fast open by sendto',
    by: 'perl',
    code: ({ port }) =>
      perlProof(
        '$reply =~ /ESCAPED/',
        `socket(my $s, AF_INET, SOCK_STREAM, 6) or exit;
         send($s, "hi\\n", 0x20000000, pack_sockaddr_in(${port}, inet_aton("127.0.0.1"))) or exit; my $reply = <$s>;`,
      ),
  },
  { name: 'TCP_FASTOPEN_CONNECT', by: 'perl', code: perlStream(6, 'setsockopt($s, 6, 30, 1);') },
  { name: 'UDP to loopback outside', by: 'node', code: udp('udp4', '127.0.0.1') },
  { name: 'UDP to loopback outside over IPv6', by: 'node', code: udp('udp6', '::1') },
  { name: 'UDP without connect, by 0.0.0.0', by: 'node', code: udp('udp4', '0.0.0.0') },
  { name: 'packet socket', by: 'perl', needsRoot: true, code: socketOf(17, 3, 768) },
  { name: 'raw ICMP socket', by: 'perl', needsRoot: true, code: socketOf(2, 3, 1) },
  { name: 'raw IPv6 socket', by: 'perl', needsRoot: true, code: socketOf(10, 3, 58) },
  {
    name: 'abstract unix socket outside',
    by: 'node',
    code: connect(({ abstractName }) => `'\\0${abstractName}'`),
  },
  {
    name: 'unix socket in the home',
    by: 'node',
    code: connect(({ homeSocket }) => `'${homeSocket}'`),
  },
  { name: 'unix socket in /tmp', by: 'node', code: connect(({ tmpSocket }) => `'${tmpSocket}'`) },
  {
    name: 'unix socket through a link of our own',
    by: 'sh',
    code: ({ homeSocket, project }) =>
      `ln -sf ${homeSocket} ${project}/link.sock; perl -e 'use IO::Socket::UNIX; $s=IO::Socket::UNIX->new("${project}/link.sock") or exit; print <$s>'; rm -f ${project}/link.sock`,
  },
  {
    name: 'unix socket through /proc/self/root',
    by: 'node',
    code: connect(({ homeSocket }) => `'/proc/self/root${homeSocket}'`),
  },
  {
    name: 'unix socket through /proc/self/cwd',
    by: 'sh',
    code: () =>
      `cd .. && perl -e 'use IO::Socket::UNIX; $s=IO::Socket::UNIX->new("/proc/self/cwd/agent.sock") or exit; print <$s>'`,
  },
  {
    name: 'unix socket by a hard link of our own',
    by: 'sh',
    code: ({ homeSocket, home }) =>
      `ln ${homeSocket} ${home}/hard.sock && perl -e 'use IO::Socket::UNIX; $s=IO::Socket::UNIX->new("${home}/hard.sock") or exit; print <$s>'; rm -f ${home}/hard.sock`,
  },
  {
    name: 'unix socket renamed into view',
    by: 'sh',
    code: ({ homeSocket, home }) =>
      `mv ${homeSocket} ${home}/moved.sock && perl -e 'use IO::Socket::UNIX; $s=IO::Socket::UNIX->new("${home}/moved.sock") or exit; print <$s>'; mv ${home}/moved.sock ${homeSocket}`,
  },
  {
    name: 'system V shared memory outside',
    by: 'perl',
    code: () => perlProof('defined $id', `my $id = shmget(${SHARED_MEMORY_KEY}, 4096, 0);`),
  },
  {
    name: 'POSIX shared memory outside',
    openAt: ['B-'],
    by: 'sh',
    code: ({ shmFile }) => `cat ${shmFile}`,
  },
];
