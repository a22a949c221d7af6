/** Runs a seccomp program on one call, as the kernel would. For tests and for explaining a refusal. */
import { INSTRUCTION_BYTES } from './assemble';

export interface Call {
  readonly arch: number;
  readonly number: number;
  /** Six arguments; missing ones are 0. */
  readonly arguments?: readonly (number | bigint)[];
}

const DATA_BYTES = 64;

function renderData({ arch, number, arguments: given = [] }: Call): Buffer {
  const data = Buffer.alloc(DATA_BYTES);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(arch >>> 0, 4);
  given.forEach((value, index) =>
    data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 16 + index * 8),
  );
  return data;
}

/** The action (SECCOMP_RET_*) of the program for the call. Throws RangeError for a program the kernel would not load. */
export function interpret(program: Buffer, call: Call): number {
  const data = renderData(call);
  let accumulator = 0;
  for (let at = 0; at + INSTRUCTION_BYTES <= program.length; at += INSTRUCTION_BYTES) {
    const code = program.readUInt16LE(at);
    const value = program.readUInt32LE(at + 4);
    if (code === 0x06) return value;
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else {
      const isTrue = holds(code, accumulator, value);
      at += program.readUInt8(at + (isTrue ? 2 : 3)) * INSTRUCTION_BYTES;
    }
  }
  throw new RangeError('the program ends without a return');
}

function holds(code: number, accumulator: number, value: number): boolean {
  if (code === 0x15) return accumulator === value;
  if (code === 0x35) return accumulator >= value;
  if (code === 0x45) return (accumulator & value) !== 0;
  throw new RangeError(`instruction ${code} is not one of ours`);
}
