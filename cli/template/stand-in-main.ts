import { runStandIn } from '../../emulator';

/**
 * Entry of the stand-in providers: bundled to dist/emulator/stand-in.cjs and started by Terraform. SIGINT goes to the
 * whole process group; Terraform asks for the end by itself once running applies are done.
 */
process.on('SIGINT', () => undefined);

runStandIn({
  argv: process.argv.slice(2),
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
}).then(
  () => process.exit(0),
  (error: unknown) => {
    // Terraform shows the first stdout line of a plugin that does not come up, and drops its stderr.
    process.stdout.write(`${String(error)}\n`);
    process.exit(1);
  },
);
