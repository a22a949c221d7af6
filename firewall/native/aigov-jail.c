/*
 * aigov-jail: what Node cannot do for the firewall, and nothing else. It decides nothing.
 *
 *   aigov-jail probe                 tries each kernel feature in a child, prints JSON errno per step
 *   aigov-jail broker SOCKET         child of the daemon: fd 3 = Node's IPC channel (handles), fd 4 = frames
 *   aigov-jail run --socket SOCKET [--cwd DIR] -- CMD ARGS...
 *
 * `run` is three processes. The supervisor stays outside, in the caller's namespaces, keeps the
 * terminal's job (exit status, signals) and answers the notifications of the jail's system calls. It
 * clones the jail's init, which reaps orphans and takes every jailed process with it when it ends.
 * Init forks the command. With namespaces (level A) init is pid 1 and builds the jail around itself;
 * without (B and below) it stays outside, and the command restricts itself before it runs.
 *
 * Frames, little endian: u32 payload length, u8 type, payload. Between broker and daemon a u32 jail id
 * stands between length and type. A payload is a list of fields: u8 tag, u32 length, bytes.
 * The names of types and tags are in firewall/jail/frames.ts; a test keeps both in step.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/inet_diag.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Newer than the headers of some compilers (linux/landlock.h, linux/seccomp.h, linux/prctl.h). */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1UL
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, u64)
#endif
#define LANDLOCK_RULE_PORT 2

extern char **environ;

#define FRAME_LIMIT (4u << 20)   /* one frame's payload; argv and environment of execve fit */
#define ARGV_LIMIT (512u << 10)  /* bytes of argv given to the daemon; longer is reported as cut */
#define PENDING_LIMIT 64         /* exec questions under way */
#define CACHE_SLOTS 4096         /* remembered unwatched files, direct mapped */
#define JAIL_LIMIT 256           /* connections the broker holds */
#define LISTENER_LIMIT 64        /* handles one jail may have in flight */
#define DONE_TIMEOUT_MS 10000    /* how long the supervisor waits for the last audit record */
#define KEPT_LIMIT 2048         /* sockets held until they are bound, connected or listening (level B) */
#define LISTENER_MEMORY 4096    /* listening sockets of the jail that are remembered (level B) */
#define CONNECT_LIMIT 64        /* blocking connects under way (level B) */
#define NAMESPACE_FLAGS (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC)
#define EXIT_OWN_FAILURE 125

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* ---- words on stderr ------------------------------------------------------------------------- */

static void write_all(int fd, const void *data, size_t size) {
  const char *at = data;
  while (size > 0) {
    ssize_t n = write(fd, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    at += n;
    size -= (size_t)n;
  }
}

static void say(const char *first, const char *second, const char *third) {
  char line[1024];
  size_t length = 0;
  const char *parts[] = {"aigov: ", first, second, third, "\n"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (!parts[i]) continue;
    size_t n = strlen(parts[i]);
    if (n > sizeof line - length) n = sizeof line - length;
    memcpy(line + length, parts[i], n);
    length += n;
  }
  write_all(2, line, length);
}

static _Noreturn void give_up(const char *what, const char *detail) {
  say(what, detail ? ": " : NULL, detail);
  _exit(EXIT_OWN_FAILURE);
}

static char *render_number(char *end, u64 value) {
  *--end = 0;
  do *--end = (char)('0' + value % 10);
  while (value /= 10);
  return end;
}

/* "/proc/<pid>/<name>" with an optional number behind, into at least 64 bytes. */
static char *proc_path(char *buffer, pid_t pid, const char *name, long number) {
  char digits[24] = {0};
  strcat(strcat(strcat(strcpy(buffer, "/proc/"), render_number(digits + sizeof digits, (u64)pid)), "/"), name);
  if (number >= 0) strcat(buffer, render_number(digits + sizeof digits, (u64)number));
  return buffer;
}

/* ---- fields and frames ----------------------------------------------------------------------- */

struct bytes {
  const u8 *at;
  size_t size;
};

struct builder {
  u8 *at;
  size_t size, capacity;
  int overflowed;
};

static void put(struct builder *b, const void *data, size_t size) {
  if (size > b->capacity - b->size) {
    b->overflowed = 1;
    return;
  }
  memcpy(b->at + b->size, data, size);
  b->size += size;
}

static void put_field(struct builder *b, char tag, const void *data, size_t size) {
  u8 head[5] = {(u8)tag};
  u32 length = (u32)size;
  memcpy(head + 1, &length, 4);
  put(b, head, sizeof head);
  put(b, data, size);
}

static void put_text(struct builder *b, char tag, const char *text) { put_field(b, tag, text, strlen(text)); }

static void put_u32(struct builder *b, char tag, u32 value) { put_field(b, tag, &value, 4); }

/* Takes the next field off `rest`. 0 at the end or when the rest is malformed. */
static int next_field(struct bytes *rest, char *tag, struct bytes *value) {
  u32 length;
  if (rest->size < 5) return 0;
  memcpy(&length, rest->at + 1, 4);
  if (length > rest->size - 5) return 0;
  *tag = (char)rest->at[0];
  *value = (struct bytes){rest->at + 5, length};
  rest->at += 5 + length;
  rest->size -= 5 + length;
  return 1;
}

static u32 field_u32(struct bytes value) {
  u32 number = 0;
  memcpy(&number, value.at, value.size < 4 ? value.size : 4);
  return number;
}

/* A field as a C string: texts from the daemon end in NUL. One that does not is read as empty. */
static char *field_text(struct bytes value) {
  static char empty[1];
  return value.size && value.at[value.size - 1] == 0 ? (char *)value.at : empty;
}

static int send_all(int fd, const void *data, size_t size) {
  const char *at = data;
  while (size > 0) {
    ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      struct pollfd wait = {fd, POLLOUT, 0};
      if (poll(&wait, 1, 5000) <= 0) return -1;
      continue;
    }
    if (n <= 0) return -1;
    at += n;
    size -= (size_t)n;
  }
  return 0;
}

static int receive_all(int fd, void *data, size_t size) {
  char *at = data;
  while (size > 0) {
    ssize_t n = recv(fd, at, size, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return -1;
    at += n;
    size -= (size_t)n;
  }
  return 0;
}

static int send_frame(int fd, char type, const void *payload, size_t size) {
  u8 head[5];
  u32 length = (u32)size;
  memcpy(head, &length, 4);
  head[4] = (u8)type;
  return send_all(fd, head, 5) || send_all(fd, payload, size) ? -1 : 0;
}

static int send_with_fd(int socket, const void *data, size_t size, int fd) {
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec part = {(void *)data, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(head), &fd, sizeof fd);
  ssize_t n;
  do n = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n == (ssize_t)size ? 0 : -1;
}

/* Receives bytes and at most `limit` descriptors. `*count` is how many came. */
static ssize_t receive_with_fds(int socket, void *data, size_t size, int *fds, int limit, int *count) {
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int) * LISTENER_LIMIT)];
  } control;
  struct iovec part = {data, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                           .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)limit)};
  *count = 0;
  ssize_t n;
  do n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n <= 0) return n;
  for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    int carried = (int)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int i = 0; i < carried; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(head) + (size_t)i * sizeof fd, sizeof fd);
      if (*count < limit) fds[(*count)++] = fd;
      else close(fd);
    }
  }
  return n;
}

/* A unix address; a path too long for it is reached through its directory's descriptor. */
static int unix_address(const char *path, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  size_t length = strlen(path);
  if (length < sizeof address->sun_path) {
    memcpy(address->sun_path, path, length);
    return 0;
  }
  const char *slash = strrchr(path, '/');
  char folder[4096], digits[24] = {0};
  if (!slash || (size_t)(slash - path) >= sizeof folder) return -1;
  memcpy(folder, path, (size_t)(slash - path));
  folder[slash - path] = 0;
  int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -1;
  char *number = render_number(digits + sizeof digits, (u64)fd);
  if (strlen(number) + strlen(slash) + 15 > sizeof address->sun_path) return -1;
  strcat(strcat(strcpy(address->sun_path, "/proc/self/fd/"), number), slash);
  return 0;
}

/* ---- building the jail (runs as the jail's init) --------------------------------------------- */

/* What failed last, for the message: errno says why. */
static const char *failed_step;

static int fails(const char *step) {
  failed_step = step;
  return -1;
}

static int write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t n = write(fd, text, strlen(text));
  int saved = errno;
  close(fd);
  errno = saved;
  return n < 0 ? -1 : 0;
}

/* The caller's own ids, unchanged: no privilege is needed and files keep their owners. */
static int map_ids(uid_t uid, gid_t gid) {
  char line[64] = {0}, digits[24] = {0};
  if (write_file("/proc/self/setgroups", "deny") && errno != ENOENT) return fails("setgroups");
  const char *number = render_number(digits + sizeof digits, gid);
  strcat(strcat(strcat(strcpy(line, number), " "), number), " 1");
  if (write_file("/proc/self/gid_map", line)) return fails("gid_map");
  number = render_number(digits + sizeof digits, uid);
  strcat(strcat(strcat(strcpy(line, number), " "), number), " 1");
  if (write_file("/proc/self/uid_map", line)) return fails("uid_map");
  return 0;
}

static int raise_loopback(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo"};
  if (fd < 0) return fails("loopback");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  int result = ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
  return result ? fails("loopback") : 0;
}

/* "AnyIP": `ip route add local default dev lo table local`. Every address becomes this machine. */
static int make_every_address_local(u8 family, const char *step) {
  struct {
    struct nlmsghdr head;
    struct rtmsg route;
    struct rtattr attribute;
    u32 interface;
  } request = {
      .head = {.nlmsg_len = sizeof request,
               .nlmsg_type = RTM_NEWROUTE,
               .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK},
      .route = {.rtm_family = family,
                .rtm_table = RT_TABLE_LOCAL,
                .rtm_protocol = RTPROT_BOOT,
                .rtm_scope = RT_SCOPE_HOST,
                .rtm_type = RTN_LOCAL},
      .attribute = {.rta_len = RTA_LENGTH(4), .rta_type = RTA_OIF},
      .interface = if_nametoindex("lo"),
  };
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
  } reply;
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return fails(step);
  ssize_t n = send(fd, &request, sizeof request, 0);
  if (n >= 0) n = recv(fd, &reply, sizeof reply, 0);
  close(fd);
  if (n < 0) return fails(step);
  if (n < (ssize_t)sizeof reply.head + 4 || reply.error.error) {
    errno = n < (ssize_t)sizeof reply.head + 4 ? EIO : -reply.error.error;
    return fails(step);
  }
  return 0;
}

/* A listening or datagram socket on every address; `*family` says whether IPv6 is there. */
static int open_listener(int type, u16 port, int *family) {
  int on = 1, off = 0;
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
  int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);
  *family = fd < 0 ? 4 : 6;
  if (fd < 0) fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (*family == 6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  int bound = *family == 6 ? bind(fd, (void *)&six, sizeof six) : bind(fd, (void *)&four, sizeof four);
  if (bound || (type == SOCK_STREAM && listen(fd, 511))) {
    close(fd);
    return -1;
  }
  return fd;
}

static int hand_over_listener(int daemon, char kind, u16 port) {
  int family;
  int fd = open_listener(kind == 'U' ? SOCK_DGRAM : SOCK_STREAM, port, &family);
  if (fd < 0) return fails("listen");
  u8 frame[9] = {4, 0, 0, 0, 'L', (u8)kind, (u8)family, (u8)(port & 255), (u8)(port >> 8)};
  int result = send_with_fd(daemon, frame, sizeof frame, fd);
  close(fd);
  return result ? fails("hand over") : 0;
}

static int set_read_only(int folder, const char *path, unsigned flags) {
  struct mount_attr change = {.attr_set = MOUNT_ATTR_RDONLY};
  return (int)syscall(SYS_mount_setattr, folder, path, flags | AT_RECURSIVE, &change, sizeof change);
}

struct mount_step {
  char kind;
  int is_optional, tree;
  const char *source, *target;
};

/* Payload of a mount field: kind, '!' or '?', source, NUL, target, NUL. */
static int parse_mount_step(struct bytes value, struct mount_step *step) {
  const char *text = field_text(value);
  if (strlen(text) < 2) return -1;
  const char *target = text + strlen(text) + 1;
  if (target >= text + value.size) return -1;
  *step = (struct mount_step){text[0], text[1] == '?', -1, text + 2, target};
  return 0;
}

/* Sources are opened before anything is covered, so a step may bind what a later step hides. */
static int open_mount_source(struct mount_step *step) {
  if (step->kind != 'b' && step->kind != 'r') return 0;
  step->tree = (int)syscall(SYS_open_tree, AT_FDCWD, step->source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (step->tree < 0) return -1;
  return step->kind == 'r' ? set_read_only(step->tree, "", AT_EMPTY_PATH) : 0;
}

static int apply_mount_step(const struct mount_step *step) {
  int fd;
  switch (step->kind) {
    case 'b':
    case 'r':
      return (int)syscall(SYS_move_mount, step->tree, "", AT_FDCWD, step->target, MOVE_MOUNT_F_EMPTY_PATH);
    case 't': return mount("tmpfs", step->target, "tmpfs", MS_NOSUID | MS_NODEV, step->source);
    case 'h': return mount("tmpfs", step->target, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "mode=555,size=4k");
    case 'q':
      fd = (int)syscall(SYS_open_tree, AT_FDCWD, step->target, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
      if (fd < 0 || set_read_only(fd, "", AT_EMPTY_PATH)) return -1;
      return (int)syscall(SYS_move_mount, fd, "", AT_FDCWD, step->target, MOVE_MOUNT_F_EMPTY_PATH);
    case 'p': return mount("proc", step->target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    case 'v': return mount("devpts", step->target, "devpts", MS_NOSUID | MS_NOEXEC, step->source);
    case 'o': return set_read_only(AT_FDCWD, step->target, 0);
    case 'd': return mkdir(step->target, 0755);
    case 's': return symlink(step->source, step->target);
    case 'f':
      fd = open(step->target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
      if (fd >= 0) close(fd);
      return fd < 0 ? -1 : 0;
    default: errno = EINVAL; return -1;
  }
}

static int apply_mounts(struct mount_step *steps, size_t count) {
  if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL)) return fails("mount");
  for (size_t i = 0; i < count; i++) {
    if (!open_mount_source(&steps[i])) continue;
    if (!steps[i].is_optional) return fails(steps[i].source);
    steps[i].kind = 0;
  }
  for (size_t i = 0; i < count; i++) {
    if (!steps[i].kind) continue;
    if (apply_mount_step(&steps[i]) && !steps[i].is_optional) return fails(steps[i].target);
    if (steps[i].tree >= 0) close(steps[i].tree);
  }
  return 0;
}

/* Who may not lower the bounding set has no capability that could come back: no_new_privs sees to it. */
static int drop_capabilities(void) {
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0}};
  for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
    if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) && errno != EPERM) return fails("capability bounding set");
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (syscall(SYS_capset, &head, none)) return fails("capset");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return fails("no_new_privs");
  return 0;
}

#define LANDLOCK_FILE_RIGHTS                                                                        \
  (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |      \
   LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_IOCTL_DEV)

static int landlock_abi(void) {
  return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

/* Field: handled fs, net, scoped (u64 each). The struct grew with the ABI: older kernels get its head. */
static int open_ruleset(struct bytes value) {
  u64 handled[3] = {0};
  int abi = landlock_abi();
  if (value.size != sizeof handled) return fails("landlock field");
  memcpy(handled, value.at, sizeof handled);
  int fd = (int)syscall(SYS_landlock_create_ruleset, handled, abi >= 6 ? 24 : abi >= 4 ? 16 : 8, 0);
  return fd < 0 ? fails("landlock ruleset") : fd;
}

/* Field: rights (u64), path, NUL. A path that is not there grants nothing. */
static int add_landlock_path(int ruleset, struct bytes value) {
  struct landlock_path_beneath_attr rule = {0};
  struct stat status;
  if (value.size < 9) return fails("landlock field");
  memcpy(&rule.allowed_access, value.at, 8);
  rule.parent_fd = open(field_text((struct bytes){value.at + 8, value.size - 8}), O_PATH | O_CLOEXEC);
  if (rule.parent_fd < 0) return 0;
  if (!fstat(rule.parent_fd, &status) && !S_ISDIR(status.st_mode)) rule.allowed_access &= LANDLOCK_FILE_RIGHTS;
  int result = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(rule.parent_fd);
  return result ? fails("landlock rule") : 0;
}

/* Field: rights (u64), port (u64). */
static int add_landlock_port(int ruleset, struct bytes value) {
  u64 rule[2]; /* struct landlock_net_port_attr */
  if (value.size != sizeof rule) return fails("landlock field");
  memcpy(rule, value.at, sizeof rule);
  return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PORT, rule, 0) ? fails("landlock port") : 0;
}

static int load_filter(struct bytes program, unsigned flags) {
  struct sock_fprog filter = {(u16)(program.size / sizeof(struct sock_filter)), (void *)program.at};
  if (program.size == 0 || program.size % sizeof(struct sock_filter) || program.size > 4096 * 8) {
    errno = EINVAL;
    return -1;
  }
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
}

/* Only one listener fits into a tree of tasks: EBUSY means an outer supervisor holds it. */
static int load_notify_filter(struct bytes program) {
  int fd = load_filter(program, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
  if (fd < 0 && errno == EINVAL) fd = load_filter(program, SECCOMP_FILTER_FLAG_NEW_LISTENER);
  return fd;
}

/* ---- the plan: what the daemon wants built --------------------------------------------------- */

struct plan {
  u32 namespaces;         /* CLONE_NEW* flags; 0 below level A */
  u16 proxy_port;         /* where redirected connections go, on 127.0.0.1 */
  int status;             /* of a refusal */
  char **environment;
  struct mount_step *mounts;
  size_t mount_count;
  struct bytes fields;    /* all of them; ports, landlock and filters are read in place */
  struct bytes companion, notify;
  char *text;
};

static void *require_memory(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (!memory) give_up("out of memory", NULL);
  return memory;
}

static void parse_plan(struct bytes payload, struct plan *plan) {
  struct bytes rest = payload, value;
  size_t environment_count = 0, mount_count = 0;
  char tag;
  *plan = (struct plan){.fields = payload};
  while (next_field(&rest, &tag, &value)) {
    environment_count += tag == 'e';
    mount_count += tag == 'm';
  }
  if (rest.size) give_up("the daemon's plan is malformed", NULL);
  plan->environment = require_memory(environment_count + 1, sizeof *plan->environment);
  plan->mounts = require_memory(mount_count + 1, sizeof *plan->mounts);
  environment_count = 0;
  rest = payload;
  while (next_field(&rest, &tag, &value)) {
    if (tag == 'f') plan->namespaces = field_u32(value) & NAMESPACE_FLAGS;
    if (tag == 'y') plan->proxy_port = (u16)field_u32(value);
    if (tag == 's') plan->status = (int)field_u32(value);
    if (tag == 'c') plan->companion = value;
    if (tag == 'n') plan->notify = value;
    if (tag == 'e') plan->environment[environment_count++] = field_text(value);
    if (tag == 'w') plan->text = field_text(value);
    if (tag == 'm' && parse_mount_step(value, &plan->mounts[plan->mount_count++]))
      give_up("the daemon's plan has a malformed mount", NULL);
  }
}

static int hand_over_listeners(int daemon, const struct plan *plan) {
  struct bytes rest = plan->fields, value;
  char tag;
  while (next_field(&rest, &tag, &value))
    if ((tag == 'T' || tag == 'U') && hand_over_listener(daemon, tag, (u16)field_u32(value))) return -1;
  return 0;
}

static int restrict_files(const struct plan *plan) {
  struct bytes rest = plan->fields, value;
  int ruleset = -1;
  char tag;
  while (next_field(&rest, &tag, &value)) {
    if (tag == 'h' && (ruleset = open_ruleset(value)) < 0) return -1;
    if (tag == 'r' && ruleset >= 0 && add_landlock_path(ruleset, value)) return -1;
    if (tag == 'o' && ruleset >= 0 && add_landlock_port(ruleset, value)) return -1;
  }
  if (ruleset < 0) return 0;
  int result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
  close(ruleset);
  return result ? fails("landlock") : 0;
}

static int has_init_of_its_own(const struct plan *plan) { return (plan->namespaces & CLONE_NEWPID) != 0; }

/* ---- inside: the jail's init and the command ------------------------------------------------- */

struct launch {
  int daemon;       /* connection to the broker */
  int channel;      /* to the other process of this program, SOCK_SEQPACKET */
  uid_t uid;
  gid_t gid;
  const char *cwd;
  char **argv;
  sigset_t signals; /* the caller's mask, given to the command */
};

/* What init tells the supervisor. */
struct report {
  char kind; /* 'r' ready, 'f' failed, 'e' ended */
  int number;
  char step[120];
};

static void send_report(int channel, char kind, int number, const char *step) {
  struct report report = {.kind = kind, .number = number};
  if (step) strncpy(report.step, step, sizeof report.step - 1);
  send(channel, &report, sizeof report, MSG_NOSIGNAL);
}

static _Noreturn void report_failure(int channel) {
  send_report(channel, 'f', errno, failed_step);
  _exit(EXIT_OWN_FAILURE);
}

/* Environment strings may hold tokens: they stay in every fork's memory unless overwritten. */
static void wipe_environment(void) {
  for (char **entry = environ; *entry; entry++) memset(*entry, 0, strlen(*entry));
  *environ = NULL;
}

static void run_as_script(const char *path, char **argv) {
  size_t count = 0;
  while (argv[count]) count++;
  char **shell = require_memory(count + 2, sizeof *shell);
  shell[0] = "/bin/sh";
  shell[1] = (char *)path;
  for (size_t i = 1; i < count; i++) shell[i + 1] = argv[i];
  execve("/bin/sh", shell, environ);
}

static void try_execute(const char *path, char **argv) {
  execve(path, argv, environ);
  if (errno == ENOEXEC) run_as_script(path, argv);
}

/* As shells do: every PATH entry is tried, the most telling error is kept. */
static int execute(char **argv) {
  static char candidate[8192];
  const char *path = getenv("PATH"), *name = argv[0];
  int kept = ENOENT;
  if (strchr(name, '/') || !*name) return try_execute(name, argv), errno;
  if (!path) path = "/usr/local/bin:/usr/bin:/bin";
  for (const char *end; *path; path = *end ? end + 1 : end) {
    end = strchrnul(path, ':');
    size_t length = (size_t)(end - path);
    if (length + strlen(name) + 3 > sizeof candidate) continue;
    memcpy(candidate, length ? path : ".", length ? length : 1);
    if (!length) length = 1;
    candidate[length] = '/';
    strcpy(candidate + length + 1, name);
    try_execute(candidate, argv);
    if (errno == EPERM) return EPERM;
    int error = errno; /* a folder that may not be searched says EACCES too: nothing was found there */
    if (error != ENOENT && error != ENOTDIR && !access(candidate, F_OK)) kept = error;
  }
  return kept;
}

static _Noreturn void become_command(const struct launch *launch, char **environment) {
  environ = environment;
  sigprocmask(SIG_SETMASK, &launch->signals, NULL);
  /* Readable again, for the supervisor's look at this first execve. */
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  int error = execute(launch->argv);
  say(launch->argv[0], ": ", error == ENOENT ? "command not found" : strerror(error));
  _exit(error == ENOENT ? 127 : 126);
}

static int shell_status(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

/* Reaps the command and every orphan until the command has ended. -1: not yet. */
static int reap(pid_t command) {
  int status, result = -1;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
    if (pid == command) result = shell_status(status);
  return result;
}

/*
 * Ends every child, and theirs: where there is no pid namespace, a killed child's own children become
 * ours (PR_SET_CHILD_SUBREAPER), until none is left.
 */
static void end_children(void) {
  char path[64] = {0}, text[4096];
  proc_path(path, getpid(), "task/", getpid());
  strcat(path, "/children");
  for (;;) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (size <= 0) return;
    text[size] = 0;
    for (char *at = text; *at;) {
      pid_t pid = (pid_t)strtol(at, &at, 10);
      if (pid > 0) kill(pid, SIGKILL);
      while (*at == ' ') at++;
    }
    if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD) return;
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  }
}

/* Forwards signals, reaps. As pid 1 its end is the end of every process in the jail, else it ends them itself. */
static _Noreturn void be_init(int channel, pid_t command, int is_pid_one) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  int ended = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  struct pollfd wait[2] = {{ended, POLLIN, 0}, {channel, POLLIN, 0}};
  for (;;) {
    struct signalfd_siginfo info;
    u8 number;
    int status = reap(command);
    if (status >= 0) {
      if (!is_pid_one) end_children();
      send_report(channel, 'e', status, NULL);
      _exit(0);
    }
    if (poll(wait, 2, -1) < 0) continue;
    if (wait[0].revents) while (read(ended, &info, sizeof info) > 0) continue;
    if (!wait[1].revents) continue;
    if (recv(channel, &number, 1, 0) <= 0) break; /* the supervisor is gone */
    kill(command, number);
  }
  if (!is_pid_one) end_children();
  _exit(EXIT_OWN_FAILURE);
}

static void build_namespaces(const struct launch *launch, const struct plan *plan) {
  if (plan->namespaces & CLONE_NEWUSER && map_ids(launch->uid, launch->gid)) report_failure(launch->channel);
  if (raise_loopback() || make_every_address_local(AF_INET, "route")) report_failure(launch->channel);
  make_every_address_local(AF_INET6, "route"); /* absent where the kernel has no IPv6 */
  if (hand_over_listeners(launch->daemon, plan)) report_failure(launch->channel);
  if (apply_mounts(plan->mounts, plan->mount_count)) report_failure(launch->channel);
  if (chdir("/") || chdir(launch->cwd)) {
    failed_step = launch->cwd;
    report_failure(launch->channel);
  }
}

/* Only the terminal's three and the channel, as descriptor 3, stay open. */
static void close_others(int channel) {
  failed_step = "close_range";
  if (channel != 3 && dup3(channel, 3, O_CLOEXEC) < 0) report_failure(channel);
  if (syscall(SYS_close_range, 4, ~0u, 0)) report_failure(3);
}

/* Restrictions that no later step could lift. Tells the supervisor, with the root and the listener. */
static void restrict_self(const struct plan *plan) {
  struct report ready = {.kind = 'r'};
  int notify = -1, root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL, 0, 0, 0);
  if (plan->companion.size) {
    if (drop_capabilities() || restrict_files(plan)) report_failure(3);
    failed_step = "seccomp";
    if (load_filter(plan->companion, 0) < 0) report_failure(3);
  }
  failed_step = "seccomp listener";
  if (plan->notify.size && (notify = load_notify_filter(plan->notify)) < 0) report_failure(3);
  if (send_with_fd(3, &ready, sizeof ready, root)) _exit(EXIT_OWN_FAILURE);
  if (notify >= 0 && send_with_fd(3, &ready, sizeof ready, notify)) _exit(EXIT_OWN_FAILURE);
  close(root);
  close(notify);
}

static void await_go(int channel) {
  u8 go;
  if (read(channel, &go, 1) != 1) _exit(EXIT_OWN_FAILURE);
}

/* Init is inside: what it restricts holds for all. */
static _Noreturn void run_inner_init(const struct launch *launch, const struct plan *plan) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  await_go(launch->channel); /* a supervisor that died before the line above never says go */
  build_namespaces(launch, plan);
  close_others(launch->channel);
  restrict_self(plan);
  await_go(3);
  /* No jailed process may look into init, whose memory is a copy of the supervisor's. */
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  pid_t command = fork();
  if (command == 0) become_command(launch, plan->environment);
  if (command < 0) report_failure(3);
  be_init(3, command, 1);
}

/* Init is outside, where the jail's processes can neither signal nor trace it. */
static _Noreturn void run_outer_init(const struct launch *launch, const struct plan *plan) {
  int go[2];
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  await_go(launch->channel);
  close_others(launch->channel);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  failed_step = "pipe";
  if (pipe2(go, O_CLOEXEC)) report_failure(3);
  pid_t command = fork();
  if (command == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    close(go[1]);
    restrict_self(plan);
    await_go(go[0]);
    become_command(launch, plan->environment);
  }
  close(go[0]);
  if (command < 0) report_failure(3);
  await_go(3);
  if (write(go[1], "g", 1) != 1) _exit(EXIT_OWN_FAILURE);
  close(go[1]);
  be_init(3, command, 0);
}

/* ---- the guard: one question per exec of a file not known to be unwatched --------------------- */

struct identity {
  u64 device, inode, size, modified, changed;
};

struct question {
  u64 id;      /* of the notification */
  u32 number;  /* ours; 0: free */
  pid_t pid;
  int file;
  struct identity identity;
};

struct guard {
  int notify, daemon, root;
  u32 next_number;
  unsigned pending;
  struct question questions[PENDING_LIMIT];
  struct identity unwatched[CACHE_SLOTS];
};

static struct guard guard;
static u8 frame_memory[ARGV_LIMIT + (64u << 10)];

/* Reads a NUL-terminated text of another process, page by page. -1: unreadable or too long. */
static ssize_t read_text(pid_t pid, u64 address, char *text, size_t capacity) {
  size_t length = 0;
  while (length < capacity) {
    size_t chunk = 4096 - (address + length) % 4096;
    if (chunk > capacity - length) chunk = capacity - length;
    struct iovec local = {text + length, chunk}, remote = {(void *)(uintptr_t)(address + length), chunk};
    ssize_t n = process_vm_readv(pid, &local, 1, &remote, 1, 0);
    if (n <= 0) return -1;
    char *end = memchr(text + length, 0, (size_t)n);
    if (end) return end - text;
    length += (size_t)n;
  }
  errno = ENAMETOOLONG;
  return -1;
}

/* Adds argv to the question. 0 complete, 1 cut at ARGV_LIMIT, -1 unreadable. */
static int put_argv(struct builder *b, pid_t pid, u64 address) {
  static char text[ARGV_LIMIT];
  if (!address) return 0;
  for (u64 at = address;; at += 8) {
    u64 pointer;
    struct iovec local = {&pointer, sizeof pointer}, remote = {(void *)(uintptr_t)at, sizeof pointer};
    if (process_vm_readv(pid, &local, 1, &remote, 1, 0) != sizeof pointer) return -1;
    if (!pointer) return 0;
    ssize_t length = read_text(pid, pointer, text, sizeof text);
    if (length < 0) return errno == ENAMETOOLONG ? 1 : -1;
    if (b->size + (size_t)length + 5 > ARGV_LIMIT) return 1;
    put_field(b, 'a', text, (size_t)length);
  }
}

static ssize_t read_link(const char *path, char *text, size_t capacity) {
  ssize_t n = readlink(path, text, capacity - 1);
  text[n < 0 ? 0 : n] = 0;
  return n;
}

/* Names the kernel resolves per process must be resolved for the caller, not for us. */
static int open_own_name(pid_t pid, const char *path) {
  static const char *const names[] = {"/proc/self/", "/proc/thread-self/", "/dev/fd/"};
  char buffer[4200];
  for (int i = 0; i < 3; i++) {
    size_t length = strlen(names[i]);
    if (strncmp(path, names[i], length)) continue;
    proc_path(buffer, pid, i == 2 ? "fd/" : "", -1);
    strncat(buffer, path + length, sizeof buffer - strlen(buffer) - 1);
    return open(buffer, O_PATH | O_CLOEXEC);
  }
  errno = ENOENT;
  return -1;
}

static int open_in_jail(const char *path) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
  return (int)syscall(SYS_openat2, guard.root, path, &how, sizeof how);
}

/* Opens what an exec names. Relative names start at the caller's folder or its descriptor. */
static int open_executable(pid_t pid, int folder, const char *path, int is_empty_allowed) {
  static char absolute[8300];
  char link[64] = {0};
  if (path[0] == '/') {
    int fd = open_own_name(pid, path);
    return fd >= 0 ? fd : open_in_jail(path);
  }
  if (folder == AT_FDCWD) proc_path(link, pid, "cwd", -1);
  else proc_path(link, pid, "fd/", folder);
  if (!path[0]) return is_empty_allowed ? open(link, O_PATH | O_CLOEXEC) : (errno = ENOENT, -1);
  if (read_link(link, absolute, 4096) < 0) return -1;
  strcat(strcat(absolute, "/"), path);
  return open_in_jail(absolute);
}

/* 0 a regular file, 1 something the kernel will not run, -1 unknown. */
static int identify(int file, struct identity *identity) {
  struct statx status;
  if (statx(file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status)) return -1;
  if (!S_ISREG(status.stx_mode)) return 1;
  *identity = (struct identity){
      .device = makedev(status.stx_dev_major, status.stx_dev_minor),
      .inode = status.stx_ino,
      .size = status.stx_size,
      .modified = (u64)status.stx_mtime.tv_sec * 1000000000 + status.stx_mtime.tv_nsec,
      .changed = (u64)status.stx_ctime.tv_sec * 1000000000 + status.stx_ctime.tv_nsec,
  };
  return 0;
}

static struct identity *cache_slot(const struct identity *identity) {
  u64 hash = (identity->inode ^ identity->device << 32) * 0x9E3779B97F4A7C15u;
  return &guard.unwatched[hash >> 52];
}

/* The call returns this error, or 0, without being made. */
static void answer_error(u64 id, int error) {
  struct seccomp_notif_resp response = {.id = id, .error = -error};
  ioctl(guard.notify, SECCOMP_IOCTL_NOTIF_SEND, &response); /* the caller may have died meanwhile */
}

/* The call fails with this error, or the kernel makes it. */
static void answer(u64 id, int error) {
  struct seccomp_notif_resp response = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  if (error) answer_error(id, error);
  else ioctl(guard.notify, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/* The reason goes where the caller's own error message would: its stderr. Never waits for a reader. */
static void tell_caller(pid_t pid, const char *text, size_t size) {
  int handle = (int)syscall(SYS_pidfd_open, pid, 0);
  int fd = handle < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, handle, 2, 0);
  struct pollfd ready = {fd < 0 ? 2 : fd, POLLOUT, 0};
  if (size && poll(&ready, 1, 0) == 1 && ready.revents & POLLOUT) write_all(ready.fd, text, size);
  if (fd >= 0) close(fd);
  if (handle >= 0) close(handle);
}

static void ask_daemon(struct question *question, const char *path, u64 argv, int is_known) {
  struct builder b = {frame_memory, 0, sizeof frame_memory, 0};
  char link[64] = {0}, text[4096];
  int cut = put_argv(&b, question->pid, argv);
  put_u32(&b, 'q', question->number);
  put_u32(&b, 'p', (u32)question->pid);
  put_text(&b, 'x', path);
  if (read_link(proc_path(link, question->pid, "cwd", -1), text, sizeof text) >= 0) put_text(&b, 'w', text);
  if (question->file >= 0 && read_link(proc_path(link, getpid(), "fd/", question->file), text, sizeof text) >= 0)
    put_text(&b, 'r', text);
  if (question->file >= 0) put_u32(&b, 'f', (u32)question->file);
  if (is_known) put_field(&b, 'i', &question->identity, sizeof question->identity);
  if (cut > 0) put_text(&b, 't', "");
  if (cut < 0 || !is_known || b.overflowed) put_text(&b, 'u', "");
  send_frame(guard.daemon, 'X', b.at, b.size);
}

static struct question *free_question(void) {
  for (int i = 0; i < PENDING_LIMIT; i++)
    if (!guard.questions[i].number) return &guard.questions[i];
  return NULL;
}

/* Errors with which the kernel will refuse the exec by itself: nothing to decide. */
static int is_refused_anyway(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP || error == ENAMETOOLONG;
}

static void handle_exec(const struct seccomp_notif *request) {
  static char path[4097];
  const u64 *argument = (const u64 *)request->data.args;
  int is_at = request->data.nr == SYS_execveat;
  pid_t pid = (pid_t)request->pid;
  struct question question = {.id = request->id, .pid = pid, .file = -1};
  int is_known = 0, kind = -1;
  path[0] = 0;
  if (read_text(pid, argument[is_at], path, sizeof path) >= 0) {
    int is_empty_allowed = is_at && argument[4] & AT_EMPTY_PATH;
    question.file = open_executable(pid, is_at ? (int)argument[0] : AT_FDCWD, path, is_empty_allowed);
    if (question.file < 0 && is_refused_anyway(errno) && strncmp(path, "/proc/", 6)) return answer(request->id, 0);
    if (question.file >= 0) kind = identify(question.file, &question.identity);
    is_known = kind == 0;
  }
  if (kind == 1 || (is_known && !memcmp(cache_slot(&question.identity), &question.identity, sizeof question.identity))) {
    close(question.file);
    return answer(request->id, 0);
  }
  struct question *slot = free_question();
  question.number = ++guard.next_number ? guard.next_number : ++guard.next_number;
  *slot = question;
  guard.pending++;
  ask_daemon(slot, path, argument[is_at + 1], is_known);
}

/* Fields: 'q' question, 'd' present: denied, 'k' present: remember as unwatched, 'w' text for the caller. */
static void receive_answer(struct bytes payload) {
  struct bytes value, text = {0};
  u32 number = 0;
  int is_denied = 0, is_unwatched = 0;
  char tag;
  while (next_field(&payload, &tag, &value)) {
    if (tag == 'q') number = field_u32(value);
    if (tag == 'd') is_denied = 1;
    if (tag == 'k') is_unwatched = 1;
    if (tag == 'w') text = value;
  }
  for (int i = 0; number && i < PENDING_LIMIT; i++) {
    struct question *question = &guard.questions[i];
    if (question->number != number) continue;
    if (text.size) tell_caller(question->pid, (const char *)text.at, text.size);
    answer(question->id, is_denied ? EPERM : 0);
    if (is_unwatched && !is_denied) *cache_slot(&question->identity) = question->identity;
    if (question->file >= 0) close(question->file);
    question->number = 0;
    guard.pending--;
  }
}

/* ---- sockets without a network namespace: made, bound and connected on the jail's behalf ------- */

/*
 * A jailed process gets its sockets from here, so a duplicate is at hand when it connects: the duplicate is connected,
 * to where the address read once allows. The kernel never reads that address itself, so changing it in time is no use.
 *   loopback: only a port the jail itself listens on, and those of the plan
 *   everything else: the daemon's proxy; a frame says which source address stands for which destination
 *   unix: a socket the jail itself listens on, and the plan's paths
 * A socket that was bound or connected is let go, or its port would stay taken when the jail closes it.
 */
struct kept {
  u64 inode;
  int fd;
};

struct blocked {
  u64 id; /* 0: free */
  int fd, path; /* path: the unix socket's file, to try again; -1: TCP, wait for the handshake */
};

static struct {
  const struct plan *plan;
  int diag;
  unsigned kept_limit, next_kept, next_listener, next_source, blocked_count;
  struct kept kept[KEPT_LIMIT];
  u32 listeners[LISTENER_MEMORY];
  struct blocked blocked[CONNECT_LIMIT];
} net;

union address {
  struct sockaddr any;
  struct sockaddr_in four;
  struct sockaddr_in6 six;
  struct sockaddr_un local;
};

/*
 * Descriptors are needed for what is kept; the command has inherited its limit before. What the jail may not do with
 * a port below 1024, its supervisor may not do for it.
 */
static void prepare_sockets(const struct plan *plan) {
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0}};
  struct rlimit limit = {64, 64};
  syscall(SYS_capset, &head, none);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  net.plan = plan;
  net.kept_limit = limit.rlim_cur > KEPT_LIMIT + 256 ? KEPT_LIMIT : (unsigned)limit.rlim_cur / 2;
  net.diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

static u64 socket_inode(int fd) {
  struct stat status;
  return fstat(fd, &status) ? 0 : status.st_ino;
}

/* The inode behind a process's descriptor; 0 when it is no socket. */
static u64 inode_of(pid_t pid, int number) {
  char link[64] = {0}, text[64];
  if (number < 0 || read_link(proc_path(link, pid, "fd/", number), text, sizeof text) < 0) return 0;
  return strncmp(text, "socket:[", 8) ? 0 : strtoull(text + 8, NULL, 10);
}

static void keep(int fd) {
  struct kept *slot = &net.kept[net.next_kept++ % net.kept_limit];
  if (slot->inode) close(slot->fd);
  *slot = (struct kept){socket_inode(fd), fd};
}

static struct kept *find_kept(u64 inode) {
  for (unsigned i = 0; inode && i < net.kept_limit; i++)
    if (net.kept[i].inode == inode) return &net.kept[i];
  return NULL;
}

static void let_go(struct kept *slot) {
  close(slot->fd);
  slot->inode = 0;
}

/* One that was let go can still be had where the kernel lets us; containers often do not. */
static int fetch_socket(const struct seccomp_notif *request, int number) {
  u64 id = request->id;
  int handle = (int)syscall(SYS_pidfd_open, request->pid, 0);
  int fd = handle < 0 || ioctl(guard.notify, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) ? -1 : (int)syscall(SYS_pidfd_getfd, handle, number, 0);
  if (handle >= 0) close(handle);
  return fd;
}

static int domain_of(int fd) {
  int domain = -1;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) ? -1 : domain;
}

static void handle_socket(const struct seccomp_notif *request) {
  const u64 *argument = (const u64 *)request->data.args;
  int type = (int)argument[1];
  int fd = socket((int)argument[0], type | SOCK_CLOEXEC, (int)argument[2]);
  if (fd < 0) return answer(request->id, errno);
  struct seccomp_notif_addfd injection = {
      .id = request->id,
      .flags = SECCOMP_ADDFD_FLAG_SEND,
      .srcfd = (u32)fd,
      .newfd_flags = type & SOCK_CLOEXEC ? O_CLOEXEC : 0,
  };
  if (ioctl(guard.notify, SECCOMP_IOCTL_NOTIF_ADDFD, &injection) >= 0) return keep(fd);
  int error = errno;
  close(fd);
  answer(request->id, error);
}

/* Sends one question of sock_diag(7). 1 when `judge` found something and never said -1. */
static int ask_diag(void *question, size_t size, int (*judge)(const struct nlmsghdr *, const void *), const void *wanted) {
  static u8 buffer[32768] __attribute__((aligned(8)));
  int found = 0, refused = 0;
  if (net.diag <= 0 || send(net.diag, question, size, 0) < 0) return 0;
  for (;;) {
    ssize_t n = recv(net.diag, buffer, sizeof buffer, 0);
    if (n < 0) return 0;
    for (struct nlmsghdr *head = (void *)buffer; NLMSG_OK(head, n); head = NLMSG_NEXT(head, n)) {
      if (head->nlmsg_type == NLMSG_DONE) return found && !refused;
      if (head->nlmsg_type == NLMSG_ERROR) return 0;
      int verdict = judge(head, wanted);
      found |= verdict > 0;
      refused |= verdict < 0;
    }
  }
}

static int is_listener_of_jail(u32 inode) {
  for (unsigned i = 0; i < LISTENER_MEMORY && net.listeners[i]; i++)
    if (net.listeners[i] == inode) return 1;
  return 0;
}

static int judge_tcp(const struct nlmsghdr *head, const void *port) {
  const struct inet_diag_msg *entry = NLMSG_DATA(head);
  if (entry->id.idiag_sport != *(const u16 *)port) return 0;
  return is_listener_of_jail(entry->idiag_inode) ? 1 : -1;
}

/* Whether all that listens on the port (network order) is the jail's, and something does. */
static int is_own_port(u16 port) {
  int found = 0;
  for (int family = AF_INET; family; family = family == AF_INET ? AF_INET6 : 0) {
    struct {
      struct nlmsghdr head;
      struct inet_diag_req_v2 body;
    } question = {
        .head = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.sdiag_family = (u8)family, .sdiag_protocol = IPPROTO_TCP, .idiag_states = 1u << 10 /* TCP_LISTEN */},
    };
    found |= ask_diag(&question, sizeof question, judge_tcp, &port);
  }
  return found;
}

struct unix_target {
  u32 inode, device; /* of the file; 0: an abstract name */
  const char *name;
  size_t size;
};

static int judge_unix(const struct nlmsghdr *head, const void *wanted) {
  const struct unix_target *target = wanted;
  const struct unix_diag_msg *entry = NLMSG_DATA(head);
  int size = (int)(head->nlmsg_len - NLMSG_LENGTH(sizeof *entry));
  for (struct rtattr *attribute = (void *)(entry + 1); RTA_OK(attribute, size); attribute = RTA_NEXT(attribute, size)) {
    const struct unix_diag_vfs *file = RTA_DATA(attribute);
    int is_it = target->inode ? attribute->rta_type == UNIX_DIAG_VFS && file->udiag_vfs_ino == target->inode &&
                                    file->udiag_vfs_dev == target->device
                              : attribute->rta_type == UNIX_DIAG_NAME && RTA_PAYLOAD(attribute) == target->size &&
                                    !memcmp(RTA_DATA(attribute), target->name, target->size);
    if (is_it) return is_listener_of_jail(entry->udiag_ino) ? 1 : -1;
  }
  return 0;
}

static int is_own_unix(const struct unix_target *target) {
  struct {
    struct nlmsghdr head;
    struct unix_diag_req body;
  } question = {
      .head = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
      .body = {.sdiag_family = AF_UNIX, .udiag_states = 1u << 10, .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS},
  };
  return ask_diag(&question, sizeof question, judge_unix, target);
}

static int plan_names(char wanted, const void *data, size_t size) {
  struct bytes rest = net.plan->fields, value;
  char tag;
  while (next_field(&rest, &tag, &value))
    if (tag == wanted && value.size == size && !memcmp(value.at, data, size)) return 1;
  return 0;
}

/* The caller's address, read once. -1: unreadable or of another family than the socket's. */
static int read_address(const struct seccomp_notif *request, int domain, union address *address, socklen_t *size) {
  const u64 *argument = (const u64 *)request->data.args;
  socklen_t least = domain == AF_INET ? sizeof address->four : domain == AF_INET6 ? 24 : 2;
  memset(address, 0, sizeof *address);
  if (argument[2] < least || argument[2] > sizeof address->local) return errno = EINVAL, -1;
  struct iovec local = {address, argument[2]}, remote = {(void *)(uintptr_t)argument[1], argument[2]};
  if (process_vm_readv((pid_t)request->pid, &local, 1, &remote, 1, 0) != (ssize_t)argument[2]) return errno = EFAULT, -1;
  *size = (socklen_t)argument[2];
  if (address->any.sa_family != domain) return errno = EAFNOSUPPORT, -1;
  return 0;
}

/* An address as IPv6, IPv4 mapped. The unspecified one means this machine. */
static struct in6_addr as_six(const union address *address) {
  struct in6_addr six = address->six.sin6_addr;
  if (address->any.sa_family == AF_INET) {
    memset(&six, 0, 10);
    memset(six.s6_addr + 10, 0xff, 2);
    memcpy(six.s6_addr + 12, &address->four.sin_addr, 4);
  }
  return six;
}

static int is_mapped(const struct in6_addr *six) { return IN6_IS_ADDR_V4MAPPED(six); }

static int is_unspecified(const struct in6_addr *six) {
  static const u8 none[4];
  return IN6_IS_ADDR_UNSPECIFIED(six) || (is_mapped(six) && !memcmp(six->s6_addr + 12, none, 4));
}

static int is_loopback(const struct in6_addr *six) {
  return IN6_IS_ADDR_LOOPBACK(six) || (is_mapped(six) && six->s6_addr[12] == 127);
}

static u16 port_of(const union address *address) { return address->four.sin_port; } /* the same place in both */

/* 127.`second`.x.y as an address for a socket of this domain, IPv4 mapped where it has to be. */
static socklen_t loopback_address(int fd, int domain, u32 host, u16 port, union address *address) {
  int off = 0;
  u32 four = htonl(0x7f000000 | host);
  memset(address, 0, sizeof *address);
  if (domain == AF_INET) {
    address->four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port, .sin_addr = {four}};
    return sizeof address->four;
  }
  setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  address->six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
  memset(address->six.sin6_addr.s6_addr + 10, 0xff, 2);
  memcpy(address->six.sin6_addr.s6_addr + 12, &four, 4);
  return sizeof address->six;
}

/* Connects without waiting; a caller that would wait is answered later. Returns an errno, -1: later. */
static int start_connect(u64 id, int fd, const union address *address, socklen_t size, int path) {
  int flags = fcntl(fd, F_GETFL), is_blocking = !(flags & O_NONBLOCK);
  if (is_blocking) fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  int error = connect(fd, &address->any, size) ? errno : 0;
  if (is_blocking) fcntl(fd, F_SETFL, flags);
  if (!is_blocking || (error != EINPROGRESS && (error != EAGAIN || path < 0))) return error;
  struct pollfd ready = {fd, POLLOUT, 0};
  socklen_t length = sizeof error;
  if (path < 0 && poll(&ready, 1, 0) == 1) return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) ? errno : error;
  for (int i = 0; i < CONNECT_LIMIT; i++) {
    if (net.blocked[i].id) continue;
    net.blocked[i] = (struct blocked){id, fcntl(fd, F_DUPFD_CLOEXEC, 3), path < 0 ? -1 : fcntl(path, F_DUPFD_CLOEXEC, 3)};
    net.blocked_count++;
    return -1;
  }
  return EAGAIN;
}

static socklen_t path_address(int path, union address *address) {
  memset(address, 0, sizeof *address);
  address->local.sun_family = AF_UNIX;
  proc_path(address->local.sun_path, getpid(), "fd/", path);
  return sizeof address->local;
}

/* Tells the daemon what the coming connection is for. */
static void announce_origin(int fd, const struct in6_addr *to, u16 port) {
  struct builder b = {frame_memory, 0, sizeof frame_memory, 0};
  union address own;
  socklen_t size = sizeof own;
  u8 source[18], target[18];
  if (getsockname(fd, &own.any, &size)) return;
  struct in6_addr from = as_six(&own);
  u16 from_port = port_of(&own);
  memcpy(source, &from, 16);
  memcpy(source + 16, &from_port, 2);
  memcpy(target, to, 16);
  memcpy(target + 16, &port, 2);
  put_field(&b, 's', source, sizeof source);
  put_field(&b, 't', target, sizeof target);
  send_frame(guard.daemon, 'O', b.at, b.size);
}

static int redirect(u64 id, int fd, int domain, const struct in6_addr *to, u16 port) {
  union address own, proxy;
  socklen_t size = sizeof own;
  if (getsockname(fd, &own.any, &size)) return errno;
  if (!port_of(&own)) {
    /* An own source address each: ports of one would run out while closed connections linger. */
    u32 host = 0x4d0001 + net.next_source++ % 0xfffd;
    size = loopback_address(fd, domain, host, 0, &own);
    if (bind(fd, &own.any, size)) return errno;
  }
  announce_origin(fd, to, port);
  size = loopback_address(fd, domain, 1, htons(net.plan->proxy_port), &proxy);
  return start_connect(id, fd, &proxy, size, -1);
}

static int connect_tcp(const struct seccomp_notif *request, int fd, int domain) {
  union address address;
  socklen_t size;
  if (read_address(request, domain, &address, &size)) return errno;
  struct in6_addr to = as_six(&address);
  u16 port = port_of(&address);
  u32 number = ntohs(port);
  if (is_unspecified(&to)) {
    size = loopback_address(fd, domain, 1, port, &address);
    to = as_six(&address);
  }
  if (!is_loopback(&to) || number == net.plan->proxy_port || plan_names('T', &number, sizeof number))
    return redirect(request->id, fd, domain, &to, port);
  return is_own_port(port) ? start_connect(request->id, fd, &address, size, -1) : ECONNREFUSED;
}

static int connect_unix(const struct seccomp_notif *request, int fd) {
  static char real[4097];
  union address address;
  socklen_t size;
  struct stat status;
  if (read_address(request, AF_UNIX, &address, &size)) return errno;
  if (size > 2 && !address.local.sun_path[0]) {
    struct unix_target target = {0, 0, address.local.sun_path, size - 2};
    return is_own_unix(&target) ? start_connect(request->id, fd, &address, size, -1) : ECONNREFUSED;
  }
  char text[sizeof address.local.sun_path + 1] = {0}, link[64] = {0};
  memcpy(text, address.local.sun_path, size - 2);
  int path = open_executable((pid_t)request->pid, AT_FDCWD, text, 0);
  if (path < 0) return errno;
  struct unix_target target = {0};
  int error = fstat(path, &status) || !S_ISSOCK(status.st_mode) ? ECONNREFUSED : 0;
  if (!error) target = (struct unix_target){(u32)status.st_ino, (u32)(major(status.st_dev) << 20 | minor(status.st_dev)), NULL, 0};
  ssize_t length = read_link(proc_path(link, getpid(), "fd/", path), real, sizeof real);
  if (!error && !plan_names('u', real, (size_t)length + 1) && !is_own_unix(&target)) error = ECONNREFUSED;
  if (!error) {
    socklen_t name = path_address(path, &address);
    error = start_connect(request->id, fd, &address, name, path);
  }
  close(path);
  return error;
}

static void handle_connect(const struct seccomp_notif *request) {
  int number = (int)request->data.args[0];
  struct kept *slot = find_kept(inode_of((pid_t)request->pid, number));
  int fd = slot ? slot->fd : fetch_socket(request, number), domain = domain_of(fd);
  int error = domain == AF_UNIX ? connect_unix(request, fd)
              : domain == AF_INET || domain == AF_INET6 ? connect_tcp(request, fd, domain)
                                                        : ECONNREFUSED;
  if (error >= 0) answer_error(request->id, error);
  if (!slot) close(fd);
  else if (error <= 0 || error == EINPROGRESS) let_go(slot);
}

/* A server inside is reachable on this machine's loopback and nowhere else. */
static int bind_to_loopback(const struct seccomp_notif *request, int fd, int domain) {
  union address address;
  socklen_t size;
  if (read_address(request, domain, &address, &size)) return errno == EAFNOSUPPORT ? EINVAL : errno;
  struct in6_addr at = as_six(&address);
  if (is_unspecified(&at)) size = loopback_address(fd, domain, 1, port_of(&address), &address);
  else if (!is_loopback(&at)) return EADDRNOTAVAIL;
  return bind(fd, &address.any, size) ? errno : 0;
}

static void handle_bind(const struct seccomp_notif *request) {
  struct kept *slot = find_kept(inode_of((pid_t)request->pid, (int)request->data.args[0]));
  int domain = slot ? domain_of(slot->fd) : AF_UNIX;
  if (domain == AF_UNIX) { /* a path: the kernel and Landlock decide. Netlink too, which is never kept */
    if (slot) let_go(slot);
    return answer(request->id, 0);
  }
  int error = bind_to_loopback(request, slot->fd, domain);
  if (!error) let_go(slot);
  answer_error(request->id, error);
}

static void handle_listen(const struct seccomp_notif *request) {
  u64 inode = inode_of((pid_t)request->pid, (int)request->data.args[0]);
  struct kept *slot = find_kept(inode);
  if (inode) net.listeners[net.next_listener++ % LISTENER_MEMORY] = (u32)inode;
  if (slot) {
    union address address;
    int domain = domain_of(slot->fd);
    if (domain != AF_UNIX) {
      socklen_t size = loopback_address(slot->fd, domain, 1, 0, &address);
      bind(slot->fd, &address.any, size); /* unbound, the kernel would choose every address */
    }
    let_go(slot);
  }
  answer(request->id, 0);
}

static void finish_blocked(struct blocked *blocked, int error) {
  answer_error(blocked->id, error);
  close(blocked->fd);
  if (blocked->path >= 0) close(blocked->path);
  blocked->id = 0;
  net.blocked_count--;
}

/* Looks after blocking connects: TCP by its handshake, unix by trying again once the listener has room. */
static void continue_blocked(void) {
  for (int i = 0; net.blocked_count && i < CONNECT_LIMIT; i++) {
    struct blocked *blocked = &net.blocked[i];
    struct pollfd ready = {blocked->fd, POLLOUT, 0};
    union address address;
    int error = 0;
    socklen_t size = sizeof error;
    if (!blocked->id) continue;
    if (ioctl(guard.notify, SECCOMP_IOCTL_NOTIF_ID_VALID, &blocked->id)) finish_blocked(blocked, EINTR);
    else if (blocked->path < 0) {
      if (poll(&ready, 1, 0) == 1) finish_blocked(blocked, getsockopt(blocked->fd, SOL_SOCKET, SO_ERROR, &error, &size) ? errno : error);
    } else {
      int flags = fcntl(blocked->fd, F_GETFL);
      fcntl(blocked->fd, F_SETFL, flags | O_NONBLOCK);
      size = path_address(blocked->path, &address);
      error = connect(blocked->fd, &address.any, size) ? errno : 0;
      fcntl(blocked->fd, F_SETFL, flags);
      if (error != EAGAIN) finish_blocked(blocked, error);
    }
  }
}

static void receive_notification(void) {
  struct seccomp_notif request;
  memset(&request, 0, sizeof request);
  if (ioctl(guard.notify, SECCOMP_IOCTL_NOTIF_RECV, &request)) return;
  switch (request.data.nr) {
    case SYS_socket: return handle_socket(&request);
    case SYS_connect: return handle_connect(&request);
    case SYS_bind: return handle_bind(&request);
    case SYS_listen: return handle_listen(&request);
    default: return handle_exec(&request);
  }
}

/* ---- outside: the supervisor ----------------------------------------------------------------- */

static u8 *receive_frame(int fd, char *type, size_t *size) {
  u8 head[5];
  u32 length;
  if (receive_all(fd, head, 5)) return NULL;
  memcpy(&length, head, 4);
  if (length > FRAME_LIMIT) return NULL;
  u8 *payload = require_memory(length + 1, 1);
  if (receive_all(fd, payload, length)) {
    free(payload);
    return NULL;
  }
  *type = (char)head[4];
  *size = length;
  return payload;
}

static int connect_daemon(const char *path) {
  struct sockaddr_un address;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || unix_address(path, &address)) give_up("the socket path is too long", path);
  if (connect(fd, (void *)&address, sizeof address)) {
    say("the firewall is not running (", path, "); start it with `aigov workspace start`");
    _exit(EXIT_OWN_FAILURE);
  }
  return fd;
}

static void say_hello(const struct launch *launch) {
  struct builder b = {require_memory(FRAME_LIMIT, 1), 0, FRAME_LIMIT, 0};
  put_text(&b, 'c', launch->cwd);
  for (char **argument = launch->argv; *argument; argument++) put_text(&b, 'a', *argument);
  for (char **entry = environ; *entry; entry++) put_text(&b, 'e', *entry);
  if (b.overflowed) give_up("arguments and environment are too long", NULL);
  if (send_frame(launch->daemon, 'H', b.at, b.size)) give_up("the firewall closed the connection", NULL);
  memset(b.at, 0, b.size);
  free(b.at);
}

static _Noreturn void leave_refused(struct bytes payload) {
  struct plan refusal;
  parse_plan(payload, &refusal);
  if (refusal.text) write_all(2, refusal.text, strlen(refusal.text));
  _exit(refusal.status ? refusal.status : EXIT_OWN_FAILURE);
}

static void receive_plan(int daemon, struct plan *plan) {
  char type = 0;
  size_t size = 0;
  u8 *payload = receive_frame(daemon, &type, &size);
  if (payload && type == 'N') leave_refused((struct bytes){payload, size});
  if (!payload || type != 'P') give_up("the firewall closed the connection", NULL);
  parse_plan((struct bytes){payload, size}, plan);
  if (plan->text) write_all(2, plan->text, strlen(plan->text));
}

static pid_t fork_init(const struct launch *launch, const struct plan *plan) {
  pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | (unsigned long)plan->namespaces, 0, 0, 0, 0);
  if (pid == 0 && has_init_of_its_own(plan)) run_inner_init(launch, plan);
  if (pid == 0) run_outer_init(launch, plan);
  return pid;
}

static _Noreturn void leave_after_failure(const struct launch *launch, const char *step, int error) {
  struct builder b = {frame_memory, 0, sizeof frame_memory, 0};
  say("the jail could not be built: ", step, NULL);
  say("the kernel said: ", strerror(error), NULL);
  put_text(&b, 'w', step);
  put_u32(&b, 's', (u32)error);
  send_frame(launch->daemon, 'F', b.at, b.size);
  _exit(EXIT_OWN_FAILURE);
}

/* The next descriptor or report of init. Ends the program when the jail could not be built. */
static int await_init(const struct launch *launch, int channel) {
  struct report report = {0};
  int fd = -1, count = 0;
  if (receive_with_fds(channel, &report, sizeof report, &fd, 1, &count) <= 0)
    leave_after_failure(launch, "init ended early", ECHILD);
  if (report.kind == 'f') leave_after_failure(launch, report.step, report.number);
  return count ? fd : -1;
}

static void await_frame(int daemon, char wanted) {
  char type = 0;
  size_t size;
  u8 *payload = receive_frame(daemon, &type, &size);
  if (payload && type == 'N') leave_refused((struct bytes){payload, size});
  if (!payload || type != wanted) give_up("the firewall closed the connection", NULL);
  free(payload);
}

static int open_signals(sigset_t *previous) {
  static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&set, numbers[i]);
  sigprocmask(SIG_BLOCK, &set, previous);
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  sigprocmask(SIG_BLOCK, &set, NULL);
  return fd;
}

/* The terminal signals its whole foreground group, the command included: only sent signals are passed on. */
static void forward_signals(int signals, int channel) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info) {
    u8 number = (u8)info.ssi_signo;
    if (number != SIGCHLD && info.ssi_code <= 0) send(channel, &number, 1, MSG_NOSIGNAL);
  }
}

/* Handles one frame of the daemon. 0: the connection is gone or the daemon ends the jail. */
static int receive_order(int daemon) {
  char type;
  size_t size;
  u8 *payload = receive_frame(daemon, &type, &size);
  if (!payload) return 0;
  if (type == 'A') receive_answer((struct bytes){payload, size});
  if (type == 'C') memset(guard.unwatched, 0, sizeof guard.unwatched);
  free(payload);
  return type != 'K';
}

/* Runs until the command has ended. Returns its status, or -1 when the daemon is gone. */
static int supervise(int daemon, int channel, int signals) {
  struct pollfd wait[4] = {{channel, POLLIN, 0}, {daemon, POLLIN, 0}, {signals, POLLIN, 0}, {-1, POLLIN, 0}};
  for (;;) {
    wait[3].fd = guard.pending < PENDING_LIMIT ? guard.notify : -1;
    int ready = poll(wait, 4, net.blocked_count ? 5 : -1);
    if (net.blocked_count) continue_blocked();
    if (ready < 0) continue;
    if (wait[0].revents) {
      struct report report = {0};
      ssize_t n = recv(channel, &report, sizeof report, 0);
      return n > 0 && report.kind == 'e' ? report.number : 128 + SIGKILL; /* init was killed */
    }
    if (wait[1].revents && !receive_order(daemon)) return -1;
    if (wait[2].revents) forward_signals(signals, channel);
    if (wait[3].revents & POLLIN) receive_notification();
    else if (wait[3].revents) guard.notify = -1; /* nobody with the filter is left */
  }
}

static void end_jail(pid_t init) {
  kill(init, SIGKILL);
  while (waitpid(init, NULL, 0) < 0 && errno == EINTR) continue;
  end_children(); /* what outlived an init that is no pid 1 */
}

/* The daemon answers once the last record is durable. */
static void announce_end(int daemon, int status) {
  struct builder b = {frame_memory, 0, sizeof frame_memory, 0};
  struct pollfd wait = {daemon, POLLIN, 0};
  put_u32(&b, 's', (u32)status);
  if (send_frame(daemon, 'E', b.at, b.size)) return;
  while (poll(&wait, 1, DONE_TIMEOUT_MS) > 0) {
    char type;
    size_t size;
    u8 *payload = receive_frame(daemon, &type, &size);
    if (!payload || type == 'D') return;
    free(payload);
  }
}

static int start_and_supervise(struct launch *launch, const struct plan *plan) {
  int pair[2], signals = open_signals(&launch->signals);
  if (!has_init_of_its_own(plan)) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) give_up("socketpair", strerror(errno));
  launch->channel = pair[1];
  pid_t init = fork_init(launch, plan);
  if (init < 0) leave_after_failure(launch, "namespaces", errno);
  close(pair[1]);
  send(pair[0], "g", 1, MSG_NOSIGNAL);
  guard.daemon = launch->daemon;
  guard.root = await_init(launch, pair[0]);
  guard.notify = plan->notify.size ? await_init(launch, pair[0]) : -1;
  /* The caller waits anyway: let the supervisor run on its processor (Linux 6.6; older ones refuse). */
  ioctl(guard.notify, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
  if (plan->proxy_port) prepare_sockets(plan);
  send_frame(launch->daemon, 'R', NULL, 0);
  await_frame(launch->daemon, 'G');
  send(pair[0], "g", 1, MSG_NOSIGNAL);
  int status = supervise(launch->daemon, pair[0], signals);
  end_jail(init);
  if (status < 0) give_up("the firewall ended the jail", NULL);
  announce_end(launch->daemon, status);
  return status;
}

static int run(int argc, char **argv) {
  struct launch launch = {.uid = geteuid(), .gid = getegid()};
  struct plan plan;
  const char *socket_path = NULL, *cwd = NULL;
  int i = 2;
  for (; i + 1 < argc && strcmp(argv[i], "--"); i += 2) {
    if (!strcmp(argv[i], "--socket")) socket_path = argv[i + 1];
    else if (!strcmp(argv[i], "--cwd")) cwd = argv[i + 1];
    else give_up("unknown option", argv[i]);
  }
  if (!socket_path || i + 1 >= argc) give_up("usage: aigov-jail run --socket PATH [--cwd DIR] -- CMD ARGS...", NULL);
  launch.argv = argv + i + 1;
  if (cwd && chdir(cwd)) give_up("cannot enter the folder", cwd);
  static char folder[4097];
  if (!getcwd(folder, sizeof folder)) give_up("the current folder cannot be named", strerror(errno));
  launch.cwd = folder;
  launch.daemon = connect_daemon(socket_path);
  say_hello(&launch);
  wipe_environment();
  receive_plan(launch.daemon, &plan);
  return start_and_supervise(&launch, &plan);
}

/* ---- the broker: many jails, one daemon ------------------------------------------------------ */

struct connection {
  int fd; /* -1: free */
  u32 jail;
  u8 *input;
  size_t size, capacity;
  int handles[LISTENER_LIMIT];
  int handle_count;
};

#define NODE_CHANNEL 3
#define DAEMON 4

static struct connection connections[JAIL_LIMIT];

static int send_to_daemon(u32 jail, char type, const void *payload, size_t size) {
  u8 head[9];
  u32 length = (u32)size;
  memcpy(head, &length, 4);
  memcpy(head + 4, &jail, 4);
  head[8] = (u8)type;
  return send_all(DAEMON, head, sizeof head) || send_all(DAEMON, payload, size) ? -1 : 0;
}

static void drop_connection(struct connection *c) {
  for (int i = 0; i < c->handle_count; i++) close(c->handles[i]);
  close(c->fd);
  free(c->input);
  send_to_daemon(c->jail, 'Z', NULL, 0);
  *c = (struct connection){.fd = -1};
}

/* Node's own framing of process.send(message, handle); tested against each supported Node. */
static int pass_to_node(u32 jail, const u8 *listener, int fd) {
  char line[256] = {0}, digits[24] = {0};
  u16 port = (u16)(listener[2] | listener[3] << 8);
  strcpy(line, "{\"cmd\":\"NODE_HANDLE\",\"type\":");
  strcat(line, listener[0] == 'U' ? "\"dgram.Socket\",\"dgramType\":" : "\"net.Server\"");
  if (listener[0] == 'U') strcat(line, listener[1] == 6 ? "\"udp6\"" : "\"udp4\"");
  strcat(strcat(line, ",\"msg\":{\"jail\":"), render_number(digits + sizeof digits, jail));
  strcat(strcat(line, ",\"port\":"), render_number(digits + sizeof digits, port));
  strcat(line, "}}\n");
  return send_with_fd(NODE_CHANNEL, line, strlen(line), fd);
}

/* Takes one frame off the input. 0: incomplete, -1: the peer broke the protocol. */
static int take_frame(struct connection *c) {
  u32 length;
  if (c->size < 5) return 0;
  memcpy(&length, c->input, 4);
  if (length > FRAME_LIMIT) return -1;
  if (c->size < 5 + (size_t)length) return 0;
  const u8 *payload = c->input + 5;
  if (c->input[4] == 'L') {
    if (length != 4 || c->handle_count == 0) return -1;
    int fd = c->handles[0];
    memmove(c->handles, c->handles + 1, sizeof *c->handles * (size_t)--c->handle_count);
    int result = pass_to_node(c->jail, payload, fd);
    close(fd);
    if (result) return -1;
  } else if (c->input[4] == 'N' || c->input[4] == 'Z' || send_to_daemon(c->jail, (char)c->input[4], payload, length)) {
    return -1;
  }
  c->size -= 5 + (size_t)length;
  memmove(c->input, payload + length, c->size);
  return 1;
}

static int grow_input(struct connection *c) {
  if (c->capacity - c->size >= 16384) return 0;
  if (c->capacity > FRAME_LIMIT + 65536) return -1;
  size_t capacity = c->capacity ? c->capacity * 2 : 32768;
  u8 *input = realloc(c->input, capacity);
  if (!input) return -1;
  c->input = input;
  c->capacity = capacity;
  return 0;
}

static void read_connection(struct connection *c) {
  int count, taken;
  if (grow_input(c)) return drop_connection(c);
  ssize_t n = receive_with_fds(c->fd, c->input + c->size, c->capacity - c->size, c->handles + c->handle_count,
                               LISTENER_LIMIT - c->handle_count, &count);
  if (n <= 0) return drop_connection(c);
  c->handle_count += count;
  c->size += (size_t)n;
  do taken = take_frame(c);
  while (taken > 0);
  if (taken < 0) drop_connection(c);
}

static void accept_jail(int listener) {
  static u32 next_jail;
  struct ucred peer;
  socklen_t size = sizeof peer;
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  int is_ours = !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) && (peer.uid == geteuid() || peer.uid == 0);
  for (int i = 0; is_ours && i < JAIL_LIMIT; i++) {
    if (connections[i].fd >= 0) continue;
    connections[i] = (struct connection){.fd = fd, .jail = ++next_jail};
    u32 facts[2] = {(u32)peer.pid, (u32)peer.uid};
    send_to_daemon(next_jail, 'N', facts, sizeof facts);
    return;
  }
  close(fd);
}

/* One frame of the daemon for one jail. -1: the daemon is gone. */
static int relay_order(void) {
  u8 head[9];
  u32 length, jail;
  if (receive_all(DAEMON, head, sizeof head)) return -1;
  memcpy(&length, head, 4);
  memcpy(&jail, head + 4, 4);
  if (length > FRAME_LIMIT) return -1;
  u8 *payload = require_memory(length + 1, 1);
  int result = receive_all(DAEMON, payload, length);
  for (int i = 0; !result && i < JAIL_LIMIT; i++)
    if (connections[i].fd >= 0 && connections[i].jail == jail && send_frame(connections[i].fd, (char)head[8], payload, length))
      drop_connection(&connections[i]);
  free(payload);
  return result;
}

static int listen_for_jails(const char *path) {
  struct sockaddr_un address;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || unix_address(path, &address)) give_up("the socket path is too long", path);
  if (!connect(fd, (void *)&address, sizeof address)) {
    say("another firewall listens at ", path, NULL);
    _exit(4);
  }
  unlink(path);
  mode_t mask = umask(0177);
  if (bind(fd, (void *)&address, sizeof address) || listen(fd, 64)) give_up("cannot listen", path);
  umask(mask);
  return fd;
}

/* Node acknowledges each handle on the channel; nothing waits for it, but it must be read. */
static int drain_channel(void) {
  char ignored[4096];
  return recv(NODE_CHANNEL, ignored, sizeof ignored, 0) <= 0 ? -1 : 0;
}

static int be_broker(const char *path) {
  static struct pollfd wait[JAIL_LIMIT + 3];
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN); /* Ctrl-C of the terminal is for the jails; the daemon ends us by closing fd 4 */
  for (int i = 0; i < JAIL_LIMIT; i++) connections[i].fd = -1;
  int listener = listen_for_jails(path);
  send_to_daemon(0, 'B', NULL, 0);
  for (;;) {
    wait[0] = (struct pollfd){DAEMON, POLLIN, 0};
    wait[1] = (struct pollfd){NODE_CHANNEL, POLLIN, 0};
    wait[2] = (struct pollfd){listener, POLLIN, 0};
    for (int i = 0; i < JAIL_LIMIT; i++) wait[3 + i] = (struct pollfd){connections[i].fd, POLLIN, 0};
    if (poll(wait, JAIL_LIMIT + 3, -1) < 0) continue;
    if ((wait[0].revents && relay_order()) || (wait[1].revents && drain_channel())) break;
    if (wait[2].revents) accept_jail(listener);
    for (int i = 0; i < JAIL_LIMIT; i++)
      if (wait[3 + i].revents && connections[i].fd == wait[3 + i].fd) read_connection(&connections[i]);
  }
  unlink(path);
  return 0;
}

/* ---- the probe ------------------------------------------------------------------------------- */

struct fact {
  char name[24];
  int number; /* errno, 0: worked; for "landlock" the ABI */
};

static void note(int pipe, const char *name, int number) {
  struct fact fact = {.number = number};
  strncpy(fact.name, name, sizeof fact.name - 1);
  write_all(pipe, &fact, sizeof fact);
}

static void note_result(int pipe, const char *name, int result) { note(pipe, name, result < 0 ? errno : 0); }

static struct sock_filter allow_everything[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};

static void probe_seccomp(int pipe) {
  struct bytes program = {(const u8 *)allow_everything, sizeof allow_everything};
  note_result(pipe, "noNewPrivileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  note_result(pipe, "seccomp", load_filter(program, 0));
  note_result(pipe, "seccompListener", load_notify_filter(program));
}

static void probe_namespaces(int pipe, uid_t uid, gid_t gid) {
  int family, fd, is_mapped = uid != (uid_t)-1;
  note_result(pipe, "idMap", is_mapped ? map_ids(uid, gid) : 0);
  note_result(pipe, "loopback", raise_loopback());
  note_result(pipe, "route4", make_every_address_local(AF_INET, "route"));
  note_result(pipe, "route6", make_every_address_local(AF_INET6, "route"));
  note_result(pipe, "listen", fd = open_listener(SOCK_STREAM, 53, &family));
  note_result(pipe, "mountPrivate", mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL));
  note_result(pipe, "openTree", fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | AT_RECURSIVE));
  note_result(pipe, "readOnly", set_read_only(AT_FDCWD, "/", 0));
  note_result(pipe, "proc", mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
  note_result(pipe, "tmpfs", mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NODEV, NULL));
  note_result(pipe, "moveMount", (int)syscall(SYS_move_mount, fd, "", AT_FDCWD, "/dev", MOVE_MOUNT_F_EMPTY_PATH));
  note_result(pipe, "capabilities", drop_capabilities());
}

/* Namespaces without a user namespace, for who may make them. */
static void probe_privileged(int pipe, uid_t uid, gid_t gid) {
  (void)uid;
  probe_namespaces(pipe, (uid_t)-1, gid);
}

/* Each group in its own child: what it did ends with it. */
static pid_t probe_in_child(int pipe, unsigned long flags, void (*steps)(int, uid_t, gid_t), const char *name) {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) {
    steps(pipe, uid, gid);
    _exit(0);
  }
  note_result(pipe, name, pid);
  if (pid > 0) waitpid(pid, NULL, 0);
  return pid;
}

static void probe_filters(int pipe, uid_t uid, gid_t gid) {
  (void)uid, (void)gid;
  int abi = landlock_abi();
  note(pipe, "landlock", abi < 0 ? 0 : abi);
  note_result(pipe, "closeRange", (int)syscall(SYS_close_range, 1000, ~0u, 0));
  probe_seccomp(pipe);
}

static struct sock_filter stop_socket[] = {
    {BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_socket},
    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_USER_NOTIF},
    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
};

static _Noreturn void be_notified(int channel) {
  struct report ready = {.kind = 'r'};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  int fd = load_notify_filter((struct bytes){(const u8 *)stop_socket, sizeof stop_socket});
  if (fd >= 0 && !send_with_fd(channel, &ready, sizeof ready, fd)) close(fd), socket(AF_INET, SOCK_STREAM, 0);
  _exit(0);
}

/* What level B does with each socket, once: stop the call, look into the caller, give it a socket of ours. */
static void probe_sockets(int pipe, uid_t uid, gid_t gid) {
  (void)uid, (void)gid;
  struct seccomp_notif request = {0};
  struct report report;
  int pair[2], notify = -1, count = 0;
  u64 word;
  char link[64] = {0};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) return;
  pid_t pid = fork();
  if (pid == 0) be_notified(pair[1]);
  close(pair[1]);
  if (receive_with_fds(pair[0], &report, sizeof report, &notify, 1, &count) <= 0) return;
  struct pollfd wait = {notify, POLLIN, 0};
  note_result(pipe, "notify", poll(&wait, 1, 2000) == 1 ? ioctl(notify, SECCOMP_IOCTL_NOTIF_RECV, &request) : (errno = ETIME, -1));
  struct iovec local = {&word, sizeof word}, remote = {(void *)(uintptr_t)request.data.instruction_pointer, sizeof word};
  note_result(pipe, "readMemory", process_vm_readv(pid, &local, 1, &remote, 1, 0) == sizeof word ? 0 : -1);
  note_result(pipe, "procFs", access(proc_path(link, pid, "fd/", 0), F_OK));
  struct seccomp_notif_addfd injection = {.id = request.id, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (u32)pair[0]};
  note_result(pipe, "giveSocket", ioctl(notify, SECCOMP_IOCTL_NOTIF_ADDFD, &injection));
  note_result(pipe, "socketDiag", socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  close(notify); /* lets the child go whatever happened */
}

static int probe(void) {
  struct fact fact = {0};
  char digits[24] = {0};
  int ends[2];
  if (pipe(ends)) give_up("pipe", strerror(errno));
  if (probe_in_child(ends[1], NAMESPACE_FLAGS, probe_namespaces, "namespaces") < 0)
    probe_in_child(ends[1], NAMESPACE_FLAGS & ~CLONE_NEWUSER, probe_privileged, "privilegedNamespaces");
  probe_in_child(ends[1], 0, probe_filters, "child");
  probe_in_child(ends[1], 0, probe_sockets, "child");
  close(ends[1]);
  write_all(1, "{", 1);
  for (int i = 0; read(ends[0], &fact, sizeof fact) == sizeof fact; i++) {
    const char *number = render_number(digits + sizeof digits, (u64)fact.number);
    write_all(1, i ? ",\"" : "\"", i ? 2 : 1);
    write_all(1, fact.name, strlen(fact.name));
    write_all(1, "\":", 2);
    write_all(1, number, strlen(number));
  }
  write_all(1, "}\n", 2);
  return 0;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  if (!strcmp(mode, "run")) return run(argc, argv);
  if (!strcmp(mode, "broker") && argc == 3) return be_broker(argv[2]);
  if (!strcmp(mode, "probe") && argc == 2) return probe();
  give_up("usage: aigov-jail probe | broker SOCKET | run --socket PATH [--cwd DIR] -- CMD ARGS...", NULL);
}
