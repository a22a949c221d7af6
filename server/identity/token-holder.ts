import type { Identity } from '../../gateway';
import type { Role } from '../config-schema';

/** Who holds a valid token, and what it lets them do here. */
export interface TokenHolder extends Omit<Identity, 'isVerified'> {
  readonly role: Role;
  /** Id in the Coder deployment that vouches for them. Absent: a token of the configuration. */
  readonly coderId?: string;
}
