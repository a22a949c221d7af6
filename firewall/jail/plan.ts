/** The plan for one jail as the helper reads it. */
import { encodeField, numberField, PLAN_FIELD, textField } from './frames';
import type { LandlockRules } from './landlock';
import type { MountStep } from './mounts';

export interface JailPlan {
  /** `A` builds the jail, `D` sets the environment only. */
  readonly level: 'A' | 'D';
  readonly environment: readonly string[];
  /** Printed on the command's stderr before it starts; lines end in a newline. */
  readonly text?: string;
  readonly tcpPorts: readonly number[];
  readonly udpPorts: readonly number[];
  readonly mounts: readonly MountStep[];
  readonly landlock?: LandlockRules | undefined;
  readonly companion?: Buffer;
  readonly notify?: Buffer;
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

function landlockFields({ handledFs, handledNet, scoped, rules }: LandlockRules): Buffer[] {
  const handled = Buffer.alloc(24);
  [handledFs, handledNet, scoped].forEach((bits, index) =>
    handled.writeBigUInt64LE(bits, index * 8),
  );
  return [
    encodeField(PLAN_FIELD.landlockHandled, handled),
    ...rules.map(({ rights, path }) => {
      const head = Buffer.alloc(8);
      head.writeBigUInt64LE(rights);
      return encodeField(PLAN_FIELD.landlockRule, Buffer.concat([head, Buffer.from(`${path}\0`)]));
    }),
  ];
}

export function encodePlan(plan: JailPlan): Buffer {
  return Buffer.concat([
    encodeField(PLAN_FIELD.level, Buffer.from(plan.level)),
    ...(plan.text === undefined ? [] : [textField(PLAN_FIELD.text, plan.text)]),
    ...plan.environment.map((entry) => textField(PLAN_FIELD.environment, entry)),
    ...plan.tcpPorts.map((port) => numberField(PLAN_FIELD.tcpPort, port)),
    ...plan.udpPorts.map((port) => numberField(PLAN_FIELD.udpPort, port)),
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
