import {
  AigovError,
  isCtyList,
  isCtyObject,
  textOf,
  type CtyObject,
  type ProviderDefinition,
  type Schema,
} from '../../provider/plugin';

/** A provider with one of everything, over a store that outlives it. */
export interface Store {
  readonly things: Map<string, CtyObject>;
  save(): void;
}

export const thingSchema: Schema = {
  version: 1,
  block: {
    attributes: {
      id: { type: 'string', computed: true },
      name: { type: 'string', required: true, description: 'Unique name.' },
      size: { type: 'number', optional: true },
      kind: { type: 'string', optional: true, computed: true },
      revision: { type: 'number', computed: true },
      tags: { type: ['map', 'string'], optional: true },
      ports: { type: ['set', 'number'], optional: true },
      anything: { type: 'dynamic', optional: true },
      secret: { type: 'string', optional: true, sensitive: true, write_only: true },
      secret_version: { type: 'number', optional: true },
      secret_length: { type: 'number', computed: true },
      rules: {
        optional: true,
        nested_type: {
          nesting_mode: 'list',
          attributes: {
            domain: { type: 'string', required: true },
            id: { type: 'string', computed: true },
          },
        },
      },
      owner: {
        optional: true,
        nested_type: {
          nesting_mode: 'single',
          attributes: { user: { type: 'string', optional: true } },
        },
      },
    },
    block_types: {
      guard: {
        nesting_mode: 'list',
        block: { attributes: { argv: { type: ['list', 'string'], required: true } } },
      },
    },
  },
};

const info: Schema = {
  version: 0,
  block: {
    attributes: {
      id: { type: 'string', computed: true },
      name: { type: 'string', required: true },
      greeting: { type: 'string', computed: true },
    },
  },
};

const token: Schema = {
  version: 0,
  block: { attributes: { value: { type: 'string', computed: true, sensitive: true } } },
};

/** Computed parts of a thing from its plan and configuration. */
function settle(planned: CtyObject, config: CtyObject, revision: number): CtyObject {
  const rules = planned['rules'] ?? null;
  const secret = config['secret'] ?? null;
  return {
    ...planned,
    id: `thing-${textOf(planned['name'])}`,
    kind: typeof planned['kind'] === 'symbol' ? 'plain' : (planned['kind'] ?? null),
    revision,
    secret: null,
    secret_length: textOf(secret).length,
    rules: isCtyList(rules)
      ? rules.map((rule, index) => ({ ...(isCtyObject(rule) ? rule : {}), id: `rule-${index}` }))
      : null,
  };
}

export function exampleProvider(store: Store): ProviderDefinition<Store> {
  const keep = (state: CtyObject) => {
    store.things.set(textOf(state['id']), state);
    store.save();
    return state;
  };
  return {
    schema: { version: 0, block: { attributes: { url: { type: 'string', optional: true } } } },
    validate: (config) =>
      config['url'] === ''
        ? [
            {
              severity: 'error',
              code: 'URL_EMPTY',
              message: 'url is empty',
              remedy: 'Set it.',
              at: 'url',
            },
          ]
        : [],
    configure: () => store,
    resources: {
      example_thing: {
        schema: thingSchema,
        planning: { replaceOn: ['name'] },
        validate: ({ size }) =>
          typeof size === 'number' && size < 0
            ? [
                {
                  severity: 'error',
                  code: 'SIZE_NEGATIVE',
                  message: `size is ${size}, at least 0 is allowed`,
                  remedy: 'Give a size of 0 or more.',
                  at: 'size',
                },
              ]
            : [],
        read: (state) => store.things.get(textOf(state['id'])) ?? null,
        create: ({ config, planned }, { warn }) => {
          if (planned['name'] === 'refused')
            throw new AigovError('THING_REFUSED', 'the name "refused" is taken', {
              remedy: 'Choose another name.',
              at: 'name',
            });
          if (planned['name'] === 'old')
            warn({ code: 'THING_OLD', message: 'old things go away', remedy: 'Rename it.' });
          return keep(settle(planned, config, 1));
        },
        update: ({ config, planned, prior }) =>
          keep(settle(planned, config, Number(prior['revision']) + 1)),
        delete: (state) => {
          store.things.delete(textOf(state['id']));
          store.save();
        },
        import: (id) => store.things.get(id) ?? null,
        upgrade: (state) => {
          const { title, ...rest } = state as { title?: string };
          return { ...rest, name: title };
        },
      },
    },
    dataSources: {
      example_info: {
        schema: info,
        read: ({ name }) => ({ id: 'info', name: name ?? null, greeting: `hello ${textOf(name)}` }),
      },
    },
    functions: {
      shout: {
        summary: 'Upper case with exclamation marks.',
        parameters: [{ name: 'text', type: 'string' }],
        variadicParameter: { name: 'more', type: 'string' },
        returns: 'string',
        call: (args) => {
          if (args[0] === '')
            throw new AigovError('SHOUT_EMPTY', 'nothing to shout', {
              remedy: 'Say something.',
              at: 'argument[0]',
            });
          return `${args.map(textOf).join(' ').toUpperCase()}!`;
        },
      },
    },
    ephemeral: {
      example_token: { schema: token, open: () => ({ result: { value: 'ephemeral-secret' } }) },
    },
  };
}
