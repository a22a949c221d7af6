/** Which firewall stands around AI clients in the workspace. */
export class AgentFirewall {
  private constructor(
    /** Whether the template carries a switch for it (`enable_boundary`). */
    readonly kind: 'bundled' | 'off',
  ) {}

  /** aigov's own: network, files and commands of AI clients follow the template's policy. */
  static bundled(): AgentFirewall {
    return new AgentFirewall('bundled');
  }

  /** None. Clients still go through the gateway, but nothing keeps them from going elsewhere. */
  static off(): AgentFirewall {
    return new AgentFirewall('off');
  }
}
