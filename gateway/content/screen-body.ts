import type { ContentAction, ContentFinder, ContentFinding } from '../../policy';
import { patchBytes, type Edit } from '../json/patch-bytes';
import { bytesOfPlaces, readString, walkStrings, type JsonPath } from '../json/walk-strings';
import { masksOf, maskText } from './mask-text';
import { Placeholders } from './placeholders';
import { isSaid } from './sent-text';

/** Most findings a record lists; all of them are acted on and counted. */
export const MAX_LISTED_FINDINGS = 100;

/** Something found in a request, and where: never what. */
export interface LocatedFinding {
  readonly rule: string;
  readonly layer: string;
  readonly action: ContentAction;
  /** JSON pointer (RFC 6901) to the string. */
  readonly at: string;
  /** Place in that string's text, in UTF-16 code units. */
  readonly start: number;
  readonly length: number;
}

/** What looking through a request brought. */
export interface Screened {
  /** The first `MAX_LISTED_FINDINGS`. */
  readonly findings: readonly LocatedFinding[];
  readonly count: number;
  /** The first finding because of which nothing may be sent. */
  readonly blocking?: LocatedFinding;
  /** The request with placeholders; absent when nothing is masked. */
  readonly body?: Buffer;
}

/**
 * Looks through everything said in a request. Masking changes the bytes of what was found and no other. `bytes` is valid
 * JSON. With `isEnforced` false, as in monitor mode, findings are only told.
 */
export function screenBody(finder: ContentFinder, bytes: Buffer, isEnforced: boolean): Screened {
  const screening = new Screening(finder, bytes, isEnforced);
  walkStrings(bytes, (path, start, end) => {
    if (isSaid(path)) screening.look(path, start, end);
  });
  return screening.result();
}

class Screening {
  readonly #finder: ContentFinder;
  readonly #bytes: Buffer;
  readonly #isEnforced: boolean;
  readonly #placeholders = new Placeholders();
  readonly #findings: LocatedFinding[] = [];
  readonly #edits: Edit[] = [];
  #count = 0;
  #blocking: LocatedFinding | undefined;

  constructor(finder: ContentFinder, bytes: Buffer, isEnforced: boolean) {
    this.#finder = finder;
    this.#bytes = bytes;
    this.#isEnforced = isEnforced;
  }

  look(path: JsonPath, start: number, end: number): void {
    const text = readString(this.#bytes, start, end);
    const findings = this.#finder.find(text);
    if (findings.length === 0) return;
    for (const finding of findings) this.#note(path, finding);
    const toMask = findings.filter(({ action }) => this.#isEnforced && action === 'mask');
    if (toMask.length > 0) this.#edits.push(...this.#editsOf(text, toMask, start, end));
  }

  result(): Screened {
    return {
      findings: this.#findings,
      count: this.#count,
      ...(this.#blocking === undefined ? {} : { blocking: this.#blocking }),
      ...(this.#edits.length === 0 ? {} : { body: patchBytes(this.#bytes, this.#edits) }),
    };
  }

  #note(path: JsonPath, { rule, layer, action, start, end }: ContentFinding): void {
    this.#count += 1;
    const isBlocking = this.#isEnforced && action === 'block' && this.#blocking === undefined;
    if (!isBlocking && this.#findings.length >= MAX_LISTED_FINDINGS) return;
    const finding = {
      rule,
      layer,
      action: this.#isEnforced ? action : 'record',
      at: pointerOf(path),
      start,
      length: end - start,
    } as const;
    if (isBlocking) this.#blocking = finding;
    if (this.#findings.length < MAX_LISTED_FINDINGS) this.#findings.push(finding);
  }

  #editsOf(
    text: string,
    findings: readonly ContentFinding[],
    start: number,
    end: number,
  ): readonly Edit[] {
    const masks = masksOf(text, findings, this.#placeholders);
    const places = masks.flatMap((mask) => [mask.start, mask.end]);
    const offsets = bytesOfPlaces(this.#bytes, start, end, places);
    // Bytes that are no UTF-8 have no places: the whole string is written anew.
    if (offsets === undefined)
      return [{ start, end, bytes: quoted(maskText(text, findings, this.#placeholders)) }];
    return masks.map(({ placeholder }, i) => ({
      start: offsets[2 * i] ?? start,
      end: offsets[2 * i + 1] ?? end,
      bytes: quoted(placeholder),
    }));
  }
}

/** As it stands between the quotes of a JSON string. */
function quoted(text: string): Buffer {
  return Buffer.from(JSON.stringify(text).slice(1, -1));
}

function pointerOf(path: JsonPath): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
    .slice(0, 1024);
}
