import { fc } from '@fast-check/jest';
import type { NetworkDocument, PolicyDocument } from '../../policy';

/** Runs of one property: the full number in CI, fewer while working. */
export const RUNS = process.env['CI'] ? 10_000 : 100;

const label = fc.constantFrom('a', 'b', 'c', 'B');
const hostPattern = fc.oneof(
  fc.constant('*'),
  fc
    .tuple(
      fc.array(fc.oneof(label, fc.constant('*')), { maxLength: 2 }),
      fc.constantFrom('com', 'example', 'a'),
    )
    .map(([labels, last]) => [...labels, last].join('.')),
);
const segment = fc.constantFrom('x', 'y', 'z');
const pathPattern = fc
  .array(fc.oneof(segment, fc.constant('*')), { minLength: 1, maxLength: 3 })
  .map((parts) => `/${parts.join('/')}`);
const method = fc.constantFrom('GET', 'POST', 'PUT');

/** Paths with a final star must stand alone at the end of a rule. */
const paths = fc
  .tuple(
    fc.array(
      pathPattern.filter((path) => !path.endsWith('*')),
      { maxLength: 2 },
    ),
    pathPattern,
  )
  .map(([first, last]) => `path=${[...first, last].join(',')}`);

/** A rule both dialects take. */
export const rule = fc
  .record({
    method: fc.option(
      fc.oneof(
        fc.constant('*'),
        fc.uniqueArray(method, { minLength: 1, maxLength: 2 }).map(String),
      ),
      {
        nil: undefined,
        freq: 2,
      },
    ),
    host: fc.option(hostPattern, { nil: undefined, freq: 5 }),
    paths: fc.option(paths, { nil: undefined, freq: 1 }),
  })
  .map(({ method, host, paths }) => {
    const parts = [method && `method=${method}`, host && `domain=${host}`, paths].filter(Boolean);
    return parts.length === 0 ? 'domain=*' : parts.join(' ');
  });

/** Rules only `boundary` takes. */
const hazard = fc.constantFrom(
  '',
  'path=/',
  'path=',
  'path=/x,',
  'domain=a domain=com',
  'domain=*.1',
  'path=/x%20y',
  'path=/../x',
);

const list = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { maxLength: 3 });

/** Leaves keys out at random, so that absent and empty both occur. */
function sparse<Shape extends object>(shape: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) {
  return fc.record(shape, { requiredKeys: [] });
}

const tcp = fc
  .tuple(hostPattern, fc.constantFrom(22, 443))
  .map(([host, port]) => `${host}:${port}`);

function networkOf(compat: NetworkDocument['compat']) {
  const rules = list(
    compat === 'boundary'
      ? fc.oneof({ weight: 4, arbitrary: rule }, { weight: 1, arbitrary: hazard })
      : rule,
  );
  return sparse<NetworkDocument>({
    compat: fc.constant(compat ?? 'strict'),
    allow: rules,
    deny: list(rule),
    ceiling: rules,
    tcp: list(tcp),
    tls: sparse({ passthrough: list(hostPattern) }),
    privateAddresses: list(fc.constantFrom('10.0.0.0/8', '127.0.0.1', '::1/128')),
    ports: list(
      fc.record({
        domain: hostPattern,
        allow: list(fc.constantFrom<number | string>(443, 80, '8000-9000')),
      }),
    ),
  }).map((network): NetworkDocument => (compat === 'boundary' ? { ...network, compat } : network));
}

const modelPattern = fc.constantFrom('*', 'a/*', 'b/*', '*/x', '*/y-*', 'a/x', 'b/y-1', 'a/*-1');
const name = fc.constantFrom('x', 'y', 'x*', '*y', '*');
const path = fc.constantFrom(
  '/',
  '/w',
  '/w/a',
  '~',
  '~/.ssh',
  '$WORKDIR',
  '$WORKDIR/*/b',
  '/w/../x',
  'rel',
);
const mode = fc.constantFrom('enforce', 'monitor', 'off');
const scope = fc.constantFrom('user', 'task');

/** A layer with any of its sections. */
export function layer(compat: NetworkDocument['compat'] = 'strict'): fc.Arbitrary<PolicyDocument> {
  return fc
    .record(
      {
        apiVersion: fc.constant('aigov/v1'),
        name: fc.constantFrom('org', 'team', 'template'),
        network: networkOf(compat),
        commands: sparse({
          deny: list(
            fc.constantFrom(
              { id: 'no-push', argv: ['git', 'push'] },
              { id: 'no-curl', argv: ['curl'] },
            ),
          ),
          mode: fc.dictionary(fc.constantFrom('*', 'rm-protected-path'), mode),
        }),
        files: sparse({ writable: list(path), readOnly: list(path), hidden: list(path) }),
        models: sparse({
          allow: list(modelPattern),
          deny: list(modelPattern),
          ceiling: list(modelPattern),
          maxOutputTokens: fc.integer({ min: 1, max: 9 }),
        }),
        tools: sparse({ deny: list(name), shell: fc.constantFrom('guard', 'ignore') }),
        mcpServers: sparse({
          allow: list(name),
          deny: list(name),
          ceiling: list(name),
          tools: fc.dictionary(
            fc.constantFrom('x', 'y'),
            sparse({ allow: list(name), deny: list(name) }),
          ),
        }),
        budgets: list(
          sparse({
            scope,
            period: fc.constantFrom('day', 'month'),
            limitUsd: fc.nat(9),
            onExceed: fc.constantFrom('block', 'warn'),
          }).map((budget) => ({ scope: 'user', limitUsd: 1, ...budget })),
        ),
        rateLimits: list(
          sparse({ scope, requestsPerMinute: fc.nat(9), concurrent: fc.nat(9) }).map((limit) => ({
            scope: 'user',
            ...limit,
          })),
        ),
        content: sparse({
          prompts: fc.constantFrom('store', 'hash', 'off'),
          redact: list(fc.constantFrom('secrets', 'email')),
          outbound: sparse({
            find: sparse({ email: fc.constantFrom('record', 'mask', 'block') }),
            patterns: list(
              fc
                .constantFrom('a+', 'b{2}')
                .map((pattern) => ({ id: 'x', pattern, action: 'mask' })),
            ),
          }),
        }),
        retention: sparse({ egress: fc.constantFrom('12h', '1d', '2w') }),
        audit: sparse({ onFailure: fc.constantFrom('block', 'allow') }),
        firewall: sparse({
          minimumLevel: fc.constantFrom('A', 'B', 'D'),
          mode: fc.constantFrom('enforce', 'monitor'),
          maxExceptionMinutes: fc.nat(1440),
        }),
      },
      { requiredKeys: ['apiVersion', 'name'] },
    )
    .map((document) => document as PolicyDocument);
}

export const layers = fc.oneof(
  fc.array(layer('strict'), { maxLength: 4 }),
  fc.array(layer('boundary'), { maxLength: 4 }),
  fc.array(fc.oneof(layer('strict'), layer('boundary')), { maxLength: 4 }),
);

const host = fc.oneof(
  fc
    .array(fc.constantFrom('a', 'b', 'B', 'com', 'example'), { minLength: 1, maxLength: 4 })
    .map((labels) => labels.join('.')),
  fc.constantFrom('10.0.0.1', '127.0.0.1', '1.1.1.1', '[::1]', ''),
);
const urlPath = fc.oneof(
  fc
    .array(
      fc.oneof(segment, fc.constantFrom('', '..', '.', '%2e%2e', 'x%2Fy', '%78', 'x;y', '%252e')),
      { maxLength: 4 },
    )
    .map((parts) => `/${parts.join('/')}`),
  fc.constant(''),
);

export const url = fc
  .tuple(
    fc.constantFrom('https://', 'http://', ''),
    host,
    fc.constantFrom('', ':443', ':8443'),
    urlPath,
  )
  .map((parts) => parts.join(''));

export interface Questions {
  readonly network: { readonly method: string; readonly url: string };
  readonly tcp: { readonly host: string; readonly port: number };
  readonly address: string;
  readonly model: { readonly provider: string; readonly model: string };
  readonly tool: { readonly name: string; readonly server?: string };
  readonly file: { readonly op: 'read' | 'write'; readonly path: string };
  readonly argv: readonly string[];
}

/** One question of each kind. */
export const questions: fc.Arbitrary<Questions> = fc.record({
  network: fc.record({ method: fc.constantFrom('GET', 'POST', 'get', 'BREW'), url }),
  tcp: fc.record({ host, port: fc.constantFrom(22, 443, 80) }),
  address: fc.constantFrom('10.1.2.3', '127.0.0.1', '1.1.1.1', '::1', '::ffff:10.0.0.1', 'x'),
  model: fc.record({
    provider: fc.constantFrom('a', 'b'),
    model: fc.constantFrom('x', 'y-1', 'y-2', 'z'),
  }),
  tool: fc.oneof(
    fc.record({ name: fc.constantFrom('x', 'y', 'Bash') }),
    fc.record({ name: fc.constantFrom('x', 'xy'), server: fc.constantFrom('x', 'y', 'z') }),
  ),
  file: fc.record({
    op: fc.constantFrom('read' as const, 'write' as const),
    path: fc.constantFrom(
      '/w/a/b',
      '/w',
      '/x',
      '/home/u/.ssh/id',
      '/w/p/q/b',
      '/w/p/q/b/c',
      'rel/x',
      '/',
    ),
  }),
  argv: fc.constantFrom(['git', 'push'], ['curl', 'x'], ['rm', '-rf', '/'], ['ls']),
});
