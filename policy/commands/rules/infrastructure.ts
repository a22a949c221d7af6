import { argvPattern, type ArgvPattern } from '../argv-pattern';
import type { Invocation } from '../invocation';
import { knownOptions } from '../known-options';
import { has, optionSpec, parseArguments } from '../options';
import type { CommandRule } from '../rule';

const DRY_RUN =
  /^(--dry-?run(=(client|server|true))?|--dryrun|--help|-help|-h|--noop|--preview|--plan)$/;

function isDry({ args }: Invocation): boolean {
  return args.some(({ text }) => DRY_RUN.test(text));
}

/** A rule that is a list of example commands. */
function patternRule(
  rule: Omit<CommandRule, 'programs' | 'matches'>,
  lines: readonly string[],
): CommandRule {
  const patterns: readonly ArgvPattern[] = lines.map((line) => argvPattern(line.split(' ')));
  return {
    ...rule,
    programs: [...new Set(patterns.map(({ program }) => program))],
    matches: (invocation) =>
      !isDry(invocation) && patterns.some((pattern) => pattern.matches(invocation)),
  };
}

const infrastructure = patternRule(
  {
    id: 'infrastructure-destroy',
    severity: 'critical',
    mode: 'enforce',
    reason: 'it destroys the infrastructure a configuration describes',
    advice: 'show the plan and let a person apply it',
    match: [
      'terraform destroy',
      'terraform -chdir=prod destroy -auto-approve',
      'tofu apply -destroy',
      'terraform apply --destroy -auto-approve',
      'pulumi destroy --yes',
      'cdk destroy',
    ],
    notMatch: [
      'terraform plan -destroy',
      'terraform apply',
      'terraform state list',
      'pulumi up',
      'terraform destroy -help',
    ],
  },
  [
    'terraform destroy',
    'terraform apply -destroy',
    'terragrunt destroy',
    'terragrunt destroy-all',
    'terragrunt run-all destroy',
    'terragrunt apply -destroy',
    'pulumi destroy',
    'pulumi down',
    'cdk destroy',
    'cdktf destroy',
    'cdktn destroy',
    'sst remove',
    'serverless remove',
    'sls remove',
    'sam delete',
    'copilot app delete',
    'eb terminate',
    'eksctl delete cluster',
    'kind delete cluster',
    'k3d cluster delete',
    'minikube delete',
    'packer hcp delete',
    'vagrant destroy',
    'coder delete',
    'coder templates delete',
  ],
);

const state = patternRule(
  {
    id: 'infrastructure-forget',
    severity: 'high',
    mode: 'monitor',
    reason: 'it makes the state forget resources that go on existing, or uninstalls a release',
    advice: 'let a person do it',
    match: [
      'terraform state rm aws_instance.a',
      'helm uninstall api',
      'terraform workspace delete prod',
    ],
    notMatch: ['terraform state show x', 'helm list', 'helm uninstall api --dry-run'],
  },
  [
    'terraform state rm',
    'terraform workspace delete',
    'terraform force-unlock',
    'pulumi stack rm',
    'helm uninstall',
    'helm delete',
    'kubectl drain',
    'argocd app delete',
    'flux delete',
  ],
);

/** Kinds of Kubernetes objects that hold everything else, or data. */
const WIDE_KINDS = new Set(
  'namespace namespaces ns node nodes no pv persistentvolume persistentvolumes pvc persistentvolumeclaim persistentvolumeclaims crd crds customresourcedefinition customresourcedefinitions all clusterrole clusterroles clusterrolebinding clusterrolebindings storageclass storageclasses sc'.split(
    ' ',
  ),
);

const kubernetes: CommandRule = {
  id: 'kubernetes-delete-wide',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it deletes a namespace, a volume, a node, or all objects of a kind',
  advice: 'delete single objects by name',
  programs: ['kubectl'],
  matches: (invocation) => {
    const parsed = parseArguments(knownOptions('kubectl') ?? optionSpec(''), invocation.args);
    const [verb, ...objects] = parsed.operands.map(({ text }) => text.toLowerCase());
    if (verb !== 'delete' || isDry(invocation)) return false;
    const kinds = objects
      .slice(0, 1)
      .flatMap((word) => (word.includes('/') ? [] : word.split(',')));
    const named = objects
      .filter((word) => word.includes('/'))
      .map((word) => word.split('/')[0] ?? '');
    const isAll = has(parsed, 'all') || (has(parsed, 'all-namespaces') && objects.length < 2);
    return isAll || [...kinds, ...named].some((kind) => WIDE_KINDS.has(kind.split('.')[0] ?? ''));
  },
  match: [
    'kubectl delete namespace prod',
    'kubectl -n x delete ns/prod',
    'kubectl delete pods --all -n prod',
    'kubectl delete pvc data-0',
    'oc delete all -l app=x',
  ],
  notMatch: [
    'kubectl delete pod web-1',
    'kubectl get namespaces',
    'kubectl delete -f pod.yaml',
    'kubectl delete ns prod --dry-run=client',
    'kubectl describe node a',
  ],
};

const cloud = patternRule(
  {
    id: 'cloud-delete',
    severity: 'critical',
    mode: 'enforce',
    reason: 'it deletes cloud resources together with their data',
    advice: 'let a person do it in the console or through reviewed infrastructure code',
    match: [
      'aws s3 rb s3://data --force',
      'aws --profile prod s3 rm s3://data --recursive',
      'aws ec2 terminate-instances --instance-ids i-1',
      'gcloud projects delete app',
      'az group delete -n prod',
      'gh repo delete me/app',
    ],
    notMatch: [
      'aws s3 ls s3://data',
      'aws s3 rm s3://data/tmp.txt',
      'aws s3 rm s3://data --recursive --dryrun',
      'gcloud projects list',
      'gh repo view me/app',
      'aws s3 cp a s3://rb',
    ],
  },
  [
    'aws s3 rb',
    'aws s3 rm --recursive',
    'aws s3api delete-bucket',
    'aws s3api delete-objects',
    'aws ec2 terminate-instances',
    'aws ec2 delete-*',
    'aws rds delete-*',
    'aws dynamodb delete-table',
    'aws cloudformation delete-stack',
    'aws eks delete-*',
    'aws ecs delete-*',
    'aws lambda delete-function',
    'aws iam delete-*',
    'aws kms schedule-key-deletion',
    'aws route53 delete-hosted-zone',
    'aws efs delete-file-system',
    'aws elasticache delete-*',
    'aws redshift delete-cluster',
    'aws secretsmanager delete-secret',
    'aws organizations close-account',
    'gcloud projects delete',
    'gcloud compute * delete',
    'gcloud sql * delete',
    'gcloud container clusters delete',
    'gcloud storage rm --recursive',
    'gcloud storage buckets delete',
    'gcloud run services delete',
    'gcloud functions delete',
    'gcloud kms keys versions destroy',
    'gsutil rb',
    'gsutil rm -r',
    'gsutil -m rm -r',
    'az group delete',
    'az vm delete',
    'az aks delete',
    'az storage account delete',
    'az storage container delete',
    'az sql db delete',
    'az keyvault delete',
    'az keyvault purge',
    'doctl * delete',
    'heroku apps:destroy',
    'heroku pg:reset',
    'fly apps destroy',
    'flyctl apps destroy',
    'vercel remove',
    'wrangler delete',
    'rclone purge',
    'mc rb --force',
    'mc rm --recursive',
    'gh repo delete',
    'glab repo delete',
    'npm unpublish',
    'vault secrets disable',
    'vault kv metadata delete',
  ],
);

const containers = patternRule(
  {
    id: 'container-volumes-delete',
    severity: 'high',
    mode: 'enforce',
    reason: 'it deletes container volumes, and with them the data of local databases',
    advice: 'remove single containers or images',
    match: [
      'docker system prune -a --volumes',
      'docker volume rm pgdata',
      'docker-compose down -v',
      'docker compose down --volumes',
      'podman volume prune -f',
    ],
    notMatch: [
      'docker system prune',
      'docker compose down',
      'docker volume ls',
      'docker rm -f web',
      'docker run -v x:/x img',
    ],
  },
  [
    'docker system prune --volumes',
    'docker volume rm',
    'docker volume remove',
    'docker volume prune',
    'docker compose down -v',
    'docker compose down --volumes',
    'docker compose rm -v',
    'docker swarm leave --force',
    'docker stack rm',
  ],
);

export const INFRASTRUCTURE_RULES: readonly CommandRule[] = [
  infrastructure,
  kubernetes,
  cloud,
  containers,
  state,
];
