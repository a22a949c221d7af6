import { fc, test } from '@fast-check/jest';
import {
  compilePolicy,
  composeLayers,
  decideAddress,
  decideCommand,
  decideFile,
  decideHost,
  decideModel,
  decideNetwork,
  decideTcp,
  decideTool,
  isTlsPassthrough,
  type Decision,
  type PolicyDocument,
} from '../../policy';
import { parsePolicyValue } from '../../policy/schema';
import { layer, layers, questions, RUNS, type Questions } from './arbitrary';

jest.setTimeout(900_000);
const options = { numRuns: RUNS };
const EMPTY: PolicyDocument = { apiVersion: 'aigov/v1', name: 'empty' };

/** Every decision of a policy on one question of each kind; reasons and rules may differ in wording, effects not. */
function decideAll(
  documents: readonly PolicyDocument[],
  asked: Questions,
): Readonly<Record<string, Decision['effect'] | boolean>> {
  const policy = compilePolicy(documents);
  const { host } = asked.tcp;
  const file = { ...asked.file, home: '/home/u', workdir: '/w/p' };
  return {
    network: decideNetwork(policy, asked.network).effect,
    tcp: decideTcp(policy, asked.tcp).effect,
    host: decideHost(policy, { host }).effect,
    hostAndPort: decideHost(policy, asked.tcp).effect,
    passthrough: isTlsPassthrough(policy, { host }),
    address: decideAddress(policy, { host, address: asked.address }).effect,
    model: decideModel(policy, asked.model).effect,
    tool: decideTool(policy, asked.tool).effect,
    file: decideFile(policy, file).effect,
    command: decideCommand(policy, { argv: asked.argv }).effect,
  };
}

function limitsOf(documents: readonly PolicyDocument[]) {
  const { effective, mode, minimumLevel, auditOnFailure, models, tools } = compilePolicy(documents);
  const { budgets, rateLimits, content, retention } = effective;
  return {
    budgets,
    rateLimits,
    content,
    retention,
    mode,
    minimumLevel,
    auditOnFailure,
    max: models.maxOutputTokens,
    shell: tools.shell,
  };
}

test.prop([layers, questions], options)(
  'deciding the composed document is deciding layer by layer',
  (documents, asked) => {
    const composed = composeLayers(documents);
    expect(decideAll([composed], asked)).toEqual(decideAll(documents, asked));
  },
);

test.prop([layers], options)('composing keeps the version and the limits', (documents) => {
  const composed = composeLayers(documents);
  expect(compilePolicy([composed]).version).toBe(compilePolicy(documents).version);
  expect(limitsOf([composed])).toEqual(limitsOf(documents));
});

test.prop([layers, layers, layers, questions], options)(
  'composing is associative',
  (first, second, third, asked) => {
    const [a, b, c] = [composeLayers(first), composeLayers(second), composeLayers(third)];
    const left = composeLayers([composeLayers([a, b]), c]);
    const right = composeLayers([a, composeLayers([b, c])]);
    expect(decideAll([left], asked)).toEqual(decideAll([right], asked));
  },
);

test.prop([layers, fc.nat(4), questions], options)(
  'composing with the empty layer changes nothing',
  (documents, at, asked) => {
    const padded = [...documents.slice(0, at), EMPTY, ...documents.slice(at)];
    expect(decideAll(padded, asked)).toEqual(decideAll(documents, asked));
    expect(compilePolicy(padded).version).toBe(compilePolicy(documents).version);
  },
);

test.prop([layers], options)('a composed document is a document', (documents) => {
  const composed = composeLayers(documents);
  expect(parsePolicyValue(JSON.parse(JSON.stringify(composed)))).toEqual(composed);
});

/** Layers of one dialect, so that adding one does not change how the others are read. */
const strictLayers = fc.array(layer('strict'), { minLength: 1, maxLength: 3 });

test.prop([strictLayers, layer('strict'), questions], options)(
  'a layer below never allows what a deny or ceiling above excludes',
  (above, below, asked) => {
    const bounds = above.map(({ network }) => ({
      ...EMPTY,
      network: {
        compat: 'strict' as const,
        allow: network?.ceiling ?? ['domain=*'],
        privateAddresses: ['0.0.0.0/0', '::/0'],
      },
    }));
    const before = decideAll(above, asked)['network'];
    const after = decideAll([...above, below], asked)['network'];
    if (before === 'deny' && after === 'allow') {
      const policy = compilePolicy(above);
      expect(decideNetwork(policy, asked.network)).not.toMatchObject({ reason: 'denied_by_rule' });
      for (const bound of bounds) expect(decideAll([bound], asked)['network']).toBe('allow');
    }
  },
);

test.prop([strictLayers, layer('strict'), questions], options)(
  'adding a layer below never removes a denial by rule, port or hidden path',
  (above, below, asked) => {
    const before = compilePolicy(above);
    const after = compilePolicy([...above, below]);
    const denied = decideNetwork(before, asked.network);
    if (denied.effect === 'deny' && denied.reason !== 'no_rule_matched') {
      const still = decideNetwork(after, asked.network);
      const opensAddress =
        denied.reason === 'private_address' && below.network?.privateAddresses !== undefined;
      expect(opensAddress ? 'deny' : still.effect).toBe('deny');
    }
    if (decideFile(before, asked.file).reason === 'path_hidden') {
      expect(decideFile(after, asked.file).effect).toBe('deny');
    }
    if (
      decideTool(before, asked.tool).effect === 'deny' &&
      above.every(({ mcpServers }) => !mcpServers?.allow)
    ) {
      expect(decideTool(after, asked.tool).effect).toBe('deny');
    }
  },
);

test.prop([questions], options)('no policy allows no network', (asked) => {
  expect(decideAll([], asked)).toMatchObject({ network: 'deny', tcp: 'deny', host: 'deny' });
});

test.prop([layers, questions], options)(
  'an allowed request has an allowed host',
  (documents, asked) => {
    const policy = compilePolicy(documents);
    if (decideNetwork(policy, asked.network).effect === 'allow') {
      const host = /^(?:https?:\/\/)?([^/:[]*|\[[^\]]*\])/.exec(asked.network.url)?.[1] ?? '';
      expect(decideHost(policy, { host }).effect).toBe('allow');
    }
  },
);

test.prop([fc.array(layer('boundary'), { maxLength: 3 }), questions], options)(
  'layers never throw once compiled',
  (documents, asked) => {
    expect(Object.values(decideAll(documents, asked)).length).toBe(10);
  },
);
