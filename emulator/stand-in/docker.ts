import { randomBytes } from 'node:crypto';
import { textOf, type CtyObject, type Diagnostic } from '../../provider/plugin';
import { checkAttributes, fault, matching } from './coder/rules';
import type { Behaviours } from './stand-in';

const hexId = () => randomBytes(32).toString('hex');

/** kreuzwerker/docker without a daemon: everything can be created, ids look like Docker's. */
export const dockerBehaviours: Behaviours = {
  resources: {
    docker_container: {
      planning: { replaceOn: 'any' },
      validate: validateContainer,
      create: () => ({ id: hexId(), bridge: '', exit_code: null, hostname: hexId().slice(0, 12) }),
    },
    docker_image: { create: (planned) => imageFacts(textOf(planned['name'])) },
    docker_volume: {
      planning: { replaceOn: 'any' },
      create: (planned) => ({ id: textOf(planned['name']), driver: 'local' }),
    },
    docker_network: { planning: { replaceOn: 'any' }, create: () => ({ id: hexId() }) },
  },
};

function imageFacts(name: string): CtyObject {
  const digest = `sha256:${hexId()}`;
  return { id: `${digest}${name}`, image_id: digest, repo_digest: `${name}@${digest}` };
}

function validateContainer(config: CtyObject): readonly Diagnostic[] {
  return checkAttributes(config, {
    name: matching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, 'a container name'),
  }).map((found) => fault(found.message, 'name'));
}
