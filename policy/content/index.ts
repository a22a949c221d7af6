/** What is looked for in texts that go to a model or into a record. Start reading at `compile.ts`, then `search.ts`. */
export {
  compileContent,
  contentFaults,
  type CompiledContent,
  type ContentFinder,
  type ContentFinding,
} from './compile';
