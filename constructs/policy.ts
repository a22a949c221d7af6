import { readFileSync } from 'node:fs';
import { AigovError, compilePolicy, type PolicyDocument } from '../policy';
import { parsePolicy } from '../policy/schema';

/** The policy of a template: layers, top first, already checked. Travels with the template. */
export class Policy {
  private constructor(
    /** Whole documents, organisation first. */
    readonly layers: readonly PolicyDocument[],
  ) {
    // reports what only composition shows; the runtime compiles the same layers again
    compilePolicy(layers);
  }

  /**
   * Loads one layer from a YAML or JSON file; relative to the working directory of the app.
   * @throws AigovError `FILE_UNREADABLE`, or every fault of the document with its place
   */
  static fromFile(file: string): Policy {
    return new Policy([parsePolicy(readText(file), file)]);
  }

  /** Puts policies above one another: each grants within the ceilings and denials of those before it. */
  static compose(...policies: readonly Policy[]): Policy {
    return new Policy(policies.flatMap((policy) => policy.layers));
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AigovError('FILE_UNREADABLE', `${file}: cannot be read`, {
      remedy: 'Name a policy file that exists, relative to where the app runs.',
      at: file,
      cause,
    });
  }
}
