import { AigovErrors } from '../../policy';
import { parseWorkspaceConfig } from '../../workspace';

const valid = {
  version: 1,
  gateway: { kind: 'server', url: 'http://127.0.0.1:4100' },
  firewall: { isEnabled: true },
  policy: [{ apiVersion: 'aigov/v1', name: 'template' }],
  clients: ['claude-code'],
  workspace: {
    id: 'w1',
    name: 'dev',
    owner: 'alice',
    templateId: 't1',
    templateName: 'governed',
    templateVersion: 'v1',
  },
};

test('reads what a template wrote and names it by the hash of its bytes', () => {
  const text = JSON.stringify(valid);
  const { config, sha256 } = parseWorkspaceConfig(text, 'workspace.json');
  expect(config.workspace.owner).toBe('alice');
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(parseWorkspaceConfig(`${text} `, 'workspace.json').sha256).not.toBe(sha256);
});

test('reports all faults of a damaged file at once, each with its path', () => {
  const broken = { ...valid, version: 2, firewall: { isEnabled: 'yes' } };
  const load = () => parseWorkspaceConfig(JSON.stringify(broken), 'workspace.json');
  expect(load).toThrow(AigovErrors);
  expect(load).toThrow(/version is 2[^]*firewall\.isEnabled is "yes"/);
});

test('a file that is not JSON is refused by name', () => {
  expect(() => parseWorkspaceConfig('{', 'workspace.json')).toThrow('workspace.json: is not JSON');
});
