import { Construct, type IConstruct } from 'constructs';
import { packRuntime, type PackedRuntime } from './pack';
import {
  builtRuntimeFiles,
  loadRuntimeFiles,
  type AgentArchitecture,
  type RuntimeFiles,
} from './runtime-files';

/** The packed runtime, once per app: compressing it takes longer than synthesizing a template. */
export class RuntimePack extends Construct {
  private constructor(
    scope: Construct,
    id: string,
    readonly packed: PackedRuntime,
  ) {
    super(scope, id);
  }

  /** The pack these files make, shared by all constructs of one app. */
  static of(
    construct: IConstruct,
    files: RuntimeFiles = builtRuntimeFiles(),
    architectures: readonly AgentArchitecture[],
  ): RuntimePack {
    const { root } = construct.node;
    const paths = [files.runtimePath, ...architectures.map((arch) => files.helperPaths[arch])];
    const id = `aigov-runtime ${paths.join(' ').replaceAll('/', ':')}`;
    const present = root.node.tryFindChild(id);
    if (present instanceof RuntimePack) return present;
    const packed = packRuntime(loadRuntimeFiles(files, architectures));
    return new RuntimePack(root, id, packed);
  }
}
