import type { IConstruct } from 'constructs';
import type { agent } from '../coder';

/** Something that runs a workspace and has a workspace agent in it. */
export interface IWorkspaceInfrastructure extends IConstruct {
  readonly agent: agent.Agent;
}
