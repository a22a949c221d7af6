/** Bounds of the processes of one stdio server. */
export interface StdioLimits {
  /** Processes at once; a client session has one of its own. @default 32 */
  readonly processes: number;
  /** Resident memory of a process and its children, in MiB; beyond it the process ends. @default 1024 */
  readonly memoryMb: number;
  /** Wait for the answer to one request, in seconds. @default 300 */
  readonly callSeconds: number;
  /** A process nobody asked anything for so long ends, in seconds. @default 1800 */
  readonly idleSeconds: number;
  /** Largest message a server may write, in MiB; beyond it the process ends. @default 32 */
  readonly messageMb: number;
}

export const DEFAULT_STDIO_LIMITS: StdioLimits = {
  processes: 32,
  memoryMb: 1024,
  callSeconds: 300,
  idleSeconds: 1800,
  messageMb: 32,
};

/** Most bytes a server may write that belong to nobody, between two messages that do. A server that floods ends. */
export const MAX_STRAY_BYTES = 64 * 1024 * 1024;
/** Most characters of a server's messages that wait for a client to listen; beyond it the oldest go. */
export const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Most bytes a process may leave unread before it is asked nothing more. */
export const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
/** Requests one process may have open. */
export const MAX_OPEN_REQUESTS = 1024;
/** From the end of its input to SIGTERM, and from there to SIGKILL. */
export const END_GRACE_MS = 2000;
/** How often memory is looked at. */
export const MEMORY_CHECK_MS = 1000;
