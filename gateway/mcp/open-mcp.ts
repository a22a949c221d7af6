import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admit } from '../exchange';
import { InFlight } from '../in-flight';
import { McpPipeline, type McpPipelineOptions, type McpServer } from './pipeline';

/** A pipeline with the servers it owns. */
export interface OpenMcp {
  /** Answers one request below `/mcp/`. Never rejects. */
  run(request: IncomingMessage, response: ServerResponse, admit: Admit): Promise<void>;
  /** Ends streams clients only listen to, waits for calls and their records, then ends connections and processes. */
  close(): Promise<void>;
}

/** @param other finds servers that are not among the owned ones */
export function openMcp(
  options: Omit<McpPipelineOptions, 'find'>,
  owned: ReadonlyMap<string, McpServer>,
  other: (name: string) => McpServer | undefined = () => undefined,
): OpenMcp {
  const pipeline = new McpPipeline({
    ...options,
    find: (name) => owned.get(name) ?? other(name),
  });
  const inFlight = new InFlight();
  return {
    run: (request, response, admit) => inFlight.track(pipeline.run(request, response, admit)),
    async close() {
      pipeline.endListeners();
      await inFlight.drained();
      await Promise.all([...owned.values()].map(({ upstream }) => upstream.close()));
    },
  };
}
