import { App } from 'cdktf';
import {
  AgentFirewall,
  AiGateway,
  CoderTemplate,
  DockerWorkspace,
  GovernedWorkspace,
  Policy,
  clients,
} from 'aigov';
const app = new App();
const template = new CoderTemplate(app, 'quickstart');
new GovernedWorkspace(template, 'governed', {
  infrastructure: new DockerWorkspace(template, 'main', {
    image: 'node:24-bookworm',
    user: 'node',
    home: '/home/node',
    allowUserNamespaces: true,
  }),
  clients: [clients.claudeCode, clients.anthropicSdk],
  gateway: AiGateway.server(process.env['AIGOV_SERVER_URL'] ?? 'http://127.0.0.1:4100'),
  firewall: AgentFirewall.bundled(),
  policy: Policy.fromFile(process.env['AIGOV_POLICY'] ?? 'examples/quickstart/policy.yaml'),
});
app.synth();
