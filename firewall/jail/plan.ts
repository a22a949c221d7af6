/** The plan for one jail as the helper reads it. */
import { encodeField, numberField, PLAN_FIELD, textField } from './frames';
import { CONNECT_TCP, type LandlockRules } from './landlock';
import type { MountStep } from './mounts';

export interface JailPlan {
  /** CLONE_NEW* flags (linux/sched.h); 0 where the level has none. */
  readonly namespaces: number;
  readonly environment: readonly string[];
  /** Printed on the command's stderr before it starts; lines end in a newline. */
  readonly text?: string;
  /** In a network namespace: answered at every address. Without: loopback ports that lead to the daemon. */
  readonly tcpPorts: readonly number[];
  readonly udpPorts: readonly number[];
  /** Port on 127.0.0.1 where the daemon takes redirected connections. */
  readonly proxyPort?: number;
  /** Unix sockets outside that may be connected to, links resolved. */
  readonly unixSockets?: readonly string[];
  readonly mounts: readonly MountStep[];
  readonly landlock?: LandlockRules | undefined;
  readonly companion?: Buffer;
  readonly notify?: Buffer;
  /** A folder made for this jail; it goes with it. Not for the helper. */
  readonly scratch?: string;
}

const MOUNT_LETTERS: Readonly<Record<MountStep['kind'], string>> = {
  bind: 'b',
  bindReadOnly: 'r',
  tmpfs: 't',
  emptyFolder: 'h',
  proc: 'p',
  devpts: 'v',
  readOnly: 'o',
  freeze: 'q',
  folder: 'd',
  file: 'f',
  link: 's',
};

function mountField({ kind, source, target, isOptional }: MountStep): Buffer {
  const head = MOUNT_LETTERS[kind] + (isOptional === true ? '?' : '!');
  return textField(PLAN_FIELD.mount, `${head}${source}\0${target}`);
}

function wordsField(tag: string, words: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(words.length * 8);
  words.forEach((word, index) => bytes.writeBigUInt64LE(word, index * 8));
  return encodeField(tag, bytes);
}

function landlockFields({ handledFs, handledNet, scoped, rules, ports }: LandlockRules): Buffer[] {
  return [
    wordsField(PLAN_FIELD.landlockHandled, [handledFs, handledNet, scoped]),
    ...ports.map((port) => wordsField(PLAN_FIELD.landlockPort, [CONNECT_TCP, BigInt(port)])),
    ...rules.map(({ rights, path }) => {
      const head = Buffer.alloc(8);
      head.writeBigUInt64LE(rights);
      return encodeField(PLAN_FIELD.landlockRule, Buffer.concat([head, Buffer.from(`${path}\0`)]));
    }),
  ];
}

export function encodePlan(plan: JailPlan): Buffer {
  return Buffer.concat([
    numberField(PLAN_FIELD.namespaces, plan.namespaces),
    ...(plan.text === undefined ? [] : [textField(PLAN_FIELD.text, plan.text)]),
    ...plan.environment.map((entry) => textField(PLAN_FIELD.environment, entry)),
    ...plan.tcpPorts.map((port) => numberField(PLAN_FIELD.tcpPort, port)),
    ...plan.udpPorts.map((port) => numberField(PLAN_FIELD.udpPort, port)),
    ...(plan.proxyPort === undefined ? [] : [numberField(PLAN_FIELD.proxyPort, plan.proxyPort)]),
    ...(plan.unixSockets ?? []).map((path) => textField(PLAN_FIELD.unixSocket, path)),
    ...plan.mounts.map(mountField),
    ...(plan.landlock === undefined ? [] : landlockFields(plan.landlock)),
    ...(plan.companion === undefined ? [] : [encodeField(PLAN_FIELD.companion, plan.companion)]),
    ...(plan.notify === undefined ? [] : [encodeField(PLAN_FIELD.notify, plan.notify)]),
  ]);
}

/** Tells the supervisor to give up with this exit status. */
export function encodeRefusal(text: string, status: number): Buffer {
  return Buffer.concat([textField(PLAN_FIELD.text, text), numberField(PLAN_FIELD.status, status)]);
}
