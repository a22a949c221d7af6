import type { Writable } from 'node:stream';
import { AigovError, serveProvider, type Environment } from '../../provider/plugin';
import { coderBehaviours } from './coder';
import { dockerBehaviours } from './docker';
import { knownProviders, type ProviderSource } from './schema-document';
import { createStandIn, type Behaviours, type StandInProvider } from './stand-in';

/** The stand-in for one known provider. */
export function standInFor(source: ProviderSource, environment: Environment): StandInProvider {
  const all = knownProviders();
  const provider = all.find((known) => known.source === source);
  if (provider === undefined) {
    const names = all.map((known) => known.source).join(', ');
    throw new AigovError('STAND_IN_UNKNOWN', `no stand-in for "${source}"; there are ${names}`, {
      remedy: 'Use one of these providers.',
    });
  }
  return createStandIn(provider.schemas, behavioursOf(source, environment));
}

function behavioursOf(source: ProviderSource, environment: Environment): Behaviours {
  if (source === 'coder/coder') return coderBehaviours(environment);
  return source === 'kreuzwerker/docker' ? dockerBehaviours : {};
}

export interface RunStandInOptions {
  /** Arguments after the program: the provider's source, e.g. `coder/coder`. */
  readonly argv: readonly string[];
  readonly environment: Environment;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** The whole life of a stand-in plugin process; resolves when Terraform is done with it. */
export async function runStandIn(options: RunStandInOptions): Promise<void> {
  const { argv, environment, stderr, stdout } = options;
  const source = argv[0] ?? '';
  const definition = standInFor(source, environment);
  const name = `stand-in for ${source}`;
  const running = await serveProvider(definition, { environment, stdout, stderr, name });
  await running?.finished;
}
