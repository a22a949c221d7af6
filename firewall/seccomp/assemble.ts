/**
 * Classic BPF for seccomp, written with labels. Jump offsets counted by hand were wrong twice and silently let
 * things through, so nothing here counts them.
 */

/** One line of a program. A jump without `goto` or `else` falls through to the next line. */
export type Line =
  | { readonly label: string }
  /** Loads a 32-bit word of seccomp_data. */
  | { readonly load: number }
  /** Keeps only these bits of the accumulator. */
  | { readonly and: number }
  | { readonly ifEqual: number; readonly goto?: string; readonly else?: string }
  | { readonly ifAtLeast: number; readonly goto?: string; readonly else?: string }
  | { readonly ifAnyBit: number; readonly goto?: string; readonly else?: string }
  | { readonly return: number };

/** Offsets into struct seccomp_data (linux/seccomp.h); arguments are 64 bit, low word first. */
export const DATA = {
  syscall: 0,
  arch: 4,
  argumentLow: (index: number) => 16 + index * 8,
  argumentHigh: (index: number) => 20 + index * 8,
} as const;

const BPF = {
  loadWord: 0x20, // BPF_LD | BPF_W | BPF_ABS
  and: 0x54, // BPF_ALU | BPF_AND | BPF_K
  jumpEqual: 0x15, // BPF_JMP | BPF_JEQ | BPF_K
  jumpAtLeast: 0x35, // BPF_JMP | BPF_JGE | BPF_K
  jumpAnyBit: 0x45, // BPF_JMP | BPF_JSET | BPF_K
  return: 0x06, // BPF_RET | BPF_K
} as const;

export const INSTRUCTION_BYTES = 8;
const MAX_JUMP = 255;

interface Jump {
  readonly code: number;
  readonly value: number;
  readonly goto?: string | undefined;
  readonly else?: string | undefined;
}

function jumpOf(line: Line): Jump | undefined {
  if ('ifEqual' in line) return { ...line, code: BPF.jumpEqual, value: line.ifEqual };
  if ('ifAtLeast' in line) return { ...line, code: BPF.jumpAtLeast, value: line.ifAtLeast };
  if ('ifAnyBit' in line) return { ...line, code: BPF.jumpAnyBit, value: line.ifAnyBit };
  return undefined;
}

function statement(line: Line): readonly [code: number, value: number] {
  if ('load' in line) return [BPF.loadWord, line.load];
  if ('and' in line) return [BPF.and, line.and];
  if ('return' in line) return [BPF.return, line.return];
  throw new TypeError('a label is not an instruction');
}

function encode(code: number, jumpThen: number, jumpElse: number, value: number): Buffer {
  const bytes = Buffer.alloc(INSTRUCTION_BYTES);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(jumpThen, 2);
  bytes.writeUInt8(jumpElse, 3);
  bytes.writeUInt32LE(value >>> 0, 4);
  return bytes;
}

function placeLabels(lines: readonly Line[]): Map<string, number> {
  const places = new Map<string, number>();
  let next = 0;
  for (const line of lines) {
    if (!('label' in line)) next += 1;
    else if (places.has(line.label)) throw new RangeError(`label ${line.label} is there twice`);
    else places.set(line.label, next);
  }
  return places;
}

function distance(places: ReadonlyMap<string, number>, label: string | undefined, from: number) {
  if (label === undefined) return 0;
  const place = places.get(label);
  if (place === undefined) throw new RangeError(`label ${label} is nowhere`);
  const offset = place - from - 1;
  if (offset < 0 || offset > MAX_JUMP) throw new RangeError(`label ${label} is ${offset} away`);
  return offset;
}

/** The program as the kernel takes it (struct sock_filter[]). Throws RangeError for a label that is missing, doubled or too far. */
export function assemble(lines: readonly Line[]): Buffer {
  const places = placeLabels(lines);
  const instructions = lines.filter((line) => !('label' in line));
  return Buffer.concat(
    instructions.map((line, index) => {
      const jump = jumpOf(line);
      if (jump === undefined) {
        const [code, value] = statement(line);
        return encode(code, 0, 0, value);
      }
      const taken = distance(places, jump.goto, index);
      return encode(jump.code, taken, distance(places, jump.else, index), jump.value);
    }),
  );
}
