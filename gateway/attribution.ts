import type { NewRecord } from '../audit';
import type { Caller } from './admission';

/** Who called and from where, as records say it. */
export function attributionOf({
  identity,
  context,
}: Caller): Pick<NewRecord, 'actor' | 'workspace' | 'taskId' | 'repository' | 'firewall'> {
  const { workspace, taskId, repository, firewall } = context ?? {};
  // Until Coder confirms who owns the workspace, what a context says is a claim (contracts §5).
  const isConfirmed = context === undefined || context.isConfirmed === true;
  return {
    actor: { user: identity.user, isVerified: identity.isVerified && isConfirmed },
    ...(workspace === undefined ? {} : { workspace }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(repository === undefined ? {} : { repository }),
    ...(firewall === undefined ? {} : { firewall }),
  };
}
