import { type CommandRule, hasOption, lineOf, operandsOf } from './command-rule.ts';

const bash = (script: string) => ({ tool: 'bash', arguments: { script } }) as const;
const type = 'destructive_command';
const DRY = /^(?:--dry-run(?:=(?:client|server|true))?|--dryrun|--what-if|--whatif|--help|-h|help|--no-execute-changeset)$/;
const dry = (words: readonly string[]): boolean => words.some((word) => DRY.test(word));

/** Settings by which nothing can be had back any more, or nobody watches. */
const WEAKENED = /put-bucket-versioning .*Suspended|put-object-lock-configuration .*Disabled|put-bucket-lifecycle\S* .*"?Days"?\s*:\s*[01]\b|--backup-retention-period 0\b|--no-deletion-protection.*--apply-immediately|--desired-capacity 0\b.*|(?:disable-security-hub|disable-organization-admin-account|disable-ebs-encryption-by-default|disable-macie|disable-rule|disable-alarm-actions)\b|update-detector .*--no-enable/;

/** What cannot be had back, or stops more than one service. */
const WEIGHTY = /(?:bucket|objects?$|db-|database|cluster|table|volume|snapshot|backup|vault|file-system|stack|trail|log-group|log-stream|repository|hosted-zone|vpc|domain|user-pool|organization|account|secret|parameter|image|stream|nodegroup|replication-group|fleet|detector|recorder|flow-logs|recovery-point|key$|key-deletion|auto-scaling-group|load-balancer|service$|role$|users?$|certificate|state-machine|file-share|environment|application)/;
/** Namespaces made to be thrown away. */
/** What builds leave in a bucket of their own, below a prefix. */
const PASSING_PREFIX = /^s3:\/\/[^/]{0,60}(?:ci|builds?|artifacts?|cache|tmp|temp|preview|sandbox|e2e)(?:-[^/]{0,40})?\/[^/*]+/;
const PASSING = /^(?:-\S*|(?:ns\/)?(?:[\w-]*-)?(?:preview|test|tests|tmp|temp|e2e|ci|pr|review|dev|scratch|sandbox|demo)(?:-[\w-]+)?)$/;
const AZURE = /^(?:group|vm|vmss|sql|storage|keyvault|aks|cosmosdb|disk|snapshot|network|postgres|mysql|mariadb|redis|acr|webapp|functionapp|ad|backup|monitor|resource|account|deployment|containerapp|servicebus|eventhubs|lock|role|dns|cdn|hdinsight|synapse|databricks|managementgroup)$/;
const GOOGLE = /^(?:projects?|sql|compute|container|storage|kms|firestore|spanner|bigtable|redis|filestore|secrets|dns|iam|functions|run|pubsub|logging|dataproc|app|artifacts|composer|alloydb|organizations|folders|backup-dr|memcache|deployment-manager)$/;

export const cloudRules: readonly CommandRule[] = [
  {
    id: 'shell.aws-destroyed',
    type,
    severity: 'high',
    sees: 'AWS resources, data or audit trails deleted or switched off',
    programs: ['aws', 'awslocal', 'eksctl', 's3cmd', 's5cmd', 'sam', 'copilot', 'ecs-cli', 'eb'],
    literals: ['aws ', 'eksctl', 's3cmd', 's5cmd', 'sam delete', 'copilot', 'eb terminate'],
    positive: bash('aws s3 rb s3://acme-backups --force'),
    nearMiss: bash('aws s3 ls s3://acme-backups && aws s3 rm s3://acme-builds/old.tgz && aws ec2 describe-instances'),
    source: 'MITRE ATT&CK T1485, T1562.008',
    holds: ({ name }, words) => {
      if (dry(words)) return false;
      const operands = operandsOf(words);
      const first = operands.findIndex((word) => /^[a-z][a-z0-9-]*$/.test(word));
      const [service = '', action = ''] = operands.slice(first);
      if (name === 'eksctl' || name === 'sam' || name === 'copilot') return operands.some((word) => word === 'delete');
      if (name === 'eb' || name === 'ecs-cli') return operands.some((word) => word === 'terminate' || word === 'down');
      if (name !== 'aws' && name !== 'awslocal') return operands.some((word) => /^(?:rb|del|rm)$/.test(word)) && (hasOption(words, 'r', '--recursive') || hasOption(words, 'f', '--force') || operands.includes('rb') || operands.some((word) => /\*$/.test(word)));
      const has = (part: string): boolean => words.includes(part);
      const nth = operands.findIndex((word, index) => index > 0 && /^(?:rb|rm|delete-|terminate-|schedule-key|stop-|deregister-|purge-|disable-|disassociate|leave-|batch-delete-|put-bucket-versioning|put-object-lock|put-public-access|modify-db-|update-auto|sync|remove-|update-trail|put-event-selectors|put-bucket-lifecycle|close-account)/.test(word));
      const [kind, act] = nth > 0 ? [operands[nth - 1] ?? '', operands[nth] ?? ''] : [service, action];
      const line = lineOf(words);
      if (kind === 's3') return act === 'rb' || (act === 'rm' && has('--recursive') && !operands.some((word) => PASSING_PREFIX.test(word))) || (act === 'sync' && has('--delete') && /(?:^|[/_-])empty/.test(operands[nth + 1] ?? ''));
      if (WEAKENED.test(line)) return true;
      if (/^(?:terminate-instances|schedule-key-deletion|stop-logging|stop-configuration-recorder|purge-queue|disable-key|close-account|leave-organization)$/.test(act)) return true;
      if (kind === 'cloudtrail') return /^(?:delete-trail|update-trail|put-event-selectors)$/.test(act);
      return /^(?:delete|terminate|purge|deregister|remove)-/.test(act) && WEIGHTY.test(act) && !/^delete-(?:tags?|message)/.test(act);
    },
  },
  {
    id: 'shell.cloud-destroyed',
    type,
    severity: 'high',
    sees: 'resources of a cloud or hosting provider deleted',
    programs: ['gcloud', 'gsutil', 'bq', 'az', 'doctl', 'heroku', 'flyctl', 'fly', 'vercel', 'netlify', 'firebase', 'wrangler', 'linode-cli', 'hcloud', 'openstack', 'oci', 'ibmcloud', 'scw', 'mc', 'rclone', 'gh', 'glab', 'ossutil', 'aliyun', 'railway', 'supabase', 'b2', 'tccli', 'exo', 'azcopy', 'stratus', 'cf'],
    literals: ['gcloud', 'gsutil', 'bq rm', 'az ', 'doctl', 'heroku', 'flyctl', 'fly apps', 'vercel', 'netlify', 'firebase', 'wrangler', 'linode-cli', 'hcloud', 'openstack', 'oci ', 'ibmcloud', 'scw ', 'mc rb', 'mc rm', 'rclone', 'gh repo', 'gh release', 'glab', 'ossutil', 'aliyun', 'railway', 'supabase', 'azcopy', 'stratus', 'cf delete'],
    positive: bash('gcloud projects delete acme-prod --quiet'),
    nearMiss: bash('gcloud projects list; az group show -n web; gh repo view; heroku logs'),
    source: 'MITRE ATT&CK T1485',
    holds: ({ name }, words) => {
      if (dry(words)) return false;
      const operands = operandsOf(words);
      const text = lineOf(operands);
      const [first = '', second = ''] = operands;
      switch (name) {
        case 'gcloud':
          return (GOOGLE.test(first) || /^(?:alpha|beta)$/.test(first)) && operands.slice(1, 5).some((word) => /^(?:delete|destroy|disable|abandon-instances|delete-instances|reset-windows-password)$/.test(word)) ? true : first === 'storage' && /^(?:rm|buckets delete)/.test(lineOf(operands.slice(1))) && (hasOption(words, 'r', '--recursive') || text.includes('**'));
        case 'gsutil':
          return operands.includes('rb') || (operands.includes('rm') && (hasOption(words, 'r') || hasOption(words, 'R') || /\*\*?$/.test(operands.at(-1) ?? '')));
        case 'bq':
          return first === 'rm' && (hasOption(words, 'r', '--recursive') || hasOption(words, 'f', '--force'));
        case 'az':
          return AZURE.test(first) && operands.slice(1, 4).some((word) => /^(?:delete|delete-batch|purge|destroy|remove|deallocate)$/.test(word)) && !/^(?:deallocate)$/.test(second) || /^backup protection disable .*--delete-backup-data/.test(lineOf(words));
        case 'doctl':
        case 'hcloud':
        case 'openstack':
        case 'linode-cli':
        case 'scw':
        case 'exo':
        case 'oci':
        case 'ibmcloud':
        case 'aliyun':
        case 'tccli':
          return operands.some((word) => /^(?:delete|destroy|terminate|bulk-delete|purge|Delete\w+|[a-z]+-delete|terminate-\w+)$/.test(word));
        case 'heroku':
          return /^(?:apps:destroy|destroy|pg:reset|addons:destroy|pg:backups:delete|redis:.*reset)/.test(first);
        case 'flyctl':
        case 'fly':
          return /^(?:(?:apps|volumes?|postgres|machines?) destroy|destroy|(?:volumes?) delete)/.test(text);
        case 'vercel':
        case 'netlify':
        case 'railway':
          return /^(?:remove|rm|projects? rm|projects? remove|sites:delete|down|delete)\b/.test(text) && (name !== 'vercel' || /--yes|-y/.test(lineOf(words)));
        case 'firebase':
          return /^(?:firestore:delete|database:remove|projects:delete|hosting:disable|functions:delete)/.test(first) && words.some((word) => /^(?:--all-collections|-f|--force|-y|--recursive|-r)$/.test(word));
        case 'cf':
          return /^delete-(?:org|space|service|domain|shared-domain|buildpack)\b/.test(first) && hasOption(words, 'f');
        case 'wrangler':
          return /^(?:delete|(?:r2 bucket|d1|kv namespace|kv:namespace|queues) delete)/.test(text);
        case 'mc':
          return /^(?:rb|rm)$/.test(first) && words.some((word) => /^--(?:force|recursive|dangerous)$|^-r$/.test(word));
        case 'rclone':
          return /^(?:purge|delete)$/.test(first) || (first === 'sync' && /(?:empty|\/dev\/null)/.test(second));
        case 'gh':
        case 'glab':
          return /^repo (?:delete|archive)/.test(text) && (second === 'delete' || hasOption(words, 'y', '--yes', '--confirm'));
        case 'supabase':
          return (/^db reset/.test(text) && words.includes('--linked')) || /^projects delete/.test(text);
        case 'azcopy':
          return /^(?:remove|rm)$/.test(first) && words.some((word) => /^--recursive/.test(word));
        case 'stratus':
          return first === 'detonate';
        default:
          return /^(?:rm|delete|b2 rm|delete-bucket)/.test(text) && hasOption(words, 'r', '--recursive');
      }
    },
  },
  {
    id: 'shell.infrastructure-destroyed',
    type,
    severity: 'high',
    sees: 'infrastructure destroyed by the tool that describes it, without a question',
    programs: ['terraform', 'tofu', 'terragrunt', 'pulumi', 'cdk', 'serverless', 'sls', 'cdktf', 'sst', 'kubeadm', 'helm', 'vagrant', 'juju', 'nomad', 'consul', 'vault', 'flux', 'argocd', 'talosctl', 'k3s-uninstall.sh', 'velero', 'kops', 'rke'],
    literals: ['destroy', 'terraform', 'tofu ', 'terragrunt', 'pulumi', 'serverless remove', 'sls remove', 'sst remove', 'kubeadm', 'helm ', 'nomad', 'consul', 'vault ', 'flux ', 'argocd', 'talosctl', 'k3s-uninstall', 'velero', 'kops '],
    positive: bash('terraform destroy -auto-approve'),
    nearMiss: bash('terraform plan -destroy -out tf.plan; helm list; pulumi preview'),
    source: 'MITRE ATT&CK T1485',
    holds: ({ name, wrappers, pipedFrom }, words) => {
      if (dry(words)) return false;
      const text = lineOf(words);
      const unasked = /(?:^| )-{1,2}(?:auto-approve|force|yes|y|f|terragrunt-non-interactive|non-interactive|all|skip-preview|auto-approve=true)(?= |$)/.test(text);
      switch (name) {
        case 'terraform':
        case 'tofu':
        case 'terragrunt':
        case 'cdktf':
          return (/^(?:-\S+ )?workspace delete .*-force/.test(text)) || /^state rm .*(?:\$\(|`)/.test(text) || (/^state rm\b/.test(text) && wrappers.includes('xargs') && pipedFrom?.args.some(({ text: word }) => word === 'state') === true) || (/\bdestroy\b/.test(text) && unasked && !/\bplan\b/.test(text)) || /\bdestroy-all\b/.test(text);
        case 'pulumi':
        case 'cdk':
          return /^(?:.* )?(?:destroy|down|stack rm)\b/.test(text) && unasked;
        case 'serverless':
        case 'sls':
        case 'sst':
          return /^remove/.test(text);
        case 'kubeadm':
        case 'talosctl':
          return /\breset\b/.test(text);
        case 'helm':
          return /^(?:uninstall|delete|del|un)\b/.test(text) && /kube-system|\bprod|--all|\$\(|`/.test(text);
        case 'juju':
          return /^(?:destroy|kill)-/.test(text);
        case 'nomad':
          return /^(?:job )?stop .*-purge|^system gc|^namespace delete/.test(text);
        case 'consul':
          return /^kv delete .*-recurse/.test(text);
        case 'vault':
          return /^(?:secrets disable|auth disable|operator seal|kv metadata delete|policy delete|lease revoke .*-prefix|token revoke .*-mode)/.test(text);
        case 'flux':
          return /^uninstall/.test(text);
        case 'argocd':
          return /^app delete\b.*(?:--cascade|-y|--yes)/.test(text);
        case 'velero':
          return /delete .*--(?:all|confirm)/.test(text);
        case 'kops':
          return /delete cluster .*--yes/.test(text);
        case 'vagrant':
          return false;
        default:
          return name === 'k3s-uninstall.sh' || /^remove/.test(text);
      }
    },
  },
  {
    id: 'shell.cluster-emptied',
    type,
    severity: 'high',
    sees: 'a namespace, storage or everything of a kind deleted from a cluster',
    programs: ['kubectl', 'oc', 'k3s', 'etcdctl', 'microk8s', 'k'],
    literals: ['kubectl', 'oc delete', 'k3s ', 'etcdctl', 'microk8s', 'k delete'],
    positive: bash('kubectl delete namespace production --grace-period=0 --force'),
    nearMiss: bash('kubectl delete pod web-7d9f -n staging; kubectl delete -f job.yaml; kubectl get ns'),
    source: 'MITRE ATT&CK T1485',
    holds: ({ name }, words) => {
      if (dry(words)) return false;
      const text = lineOf(words);
      if (name === 'etcdctl') return /\bdel\b.*(?:--prefix|--from-key)/.test(text);
      if (/\bscale\b/.test(text)) return /--replicas[= ]0\b/.test(text) && /--all\b/.test(text);
      if (/\bdrain\b/.test(text)) return /--force\b/.test(text) && /\$\(|`|--all|--selector/.test(text);
      if (!/(?:^| )delete\b/.test(text)) return false;
      if (/\bdelete (?:ns|namespaces?)[ /]/.test(text) && operandsOf(words).length > 2 && operandsOf(words).slice(2).every((word) => PASSING.test(word))) return false;
      return /\bdelete\b.*\b(?:ns|namespaces?|pvc?|persistentvolume(?:claim)?s?|crds?|customresourcedefinitions?|nodes?|clusterroles?|storageclass(?:es)?|sc|projects?|clusters?)(?:\/\S+| |$)/.test(text) || /(?:^| )(?:--all|--all-namespaces|-A)\b/.test(text) || /kube-system/.test(text);
    },
  },
  {
    id: 'shell.containers-emptied',
    type,
    severity: 'high',
    sees: 'all containers, images with volumes, or volumes of a machine deleted',
    programs: ['docker', 'docker-compose', 'podman', 'nerdctl', 'crictl'],
    literals: ['docker', 'podman', 'nerdctl', 'crictl'],
    positive: bash('docker system prune -a --volumes -f'),
    nearMiss: bash('docker image prune -f; docker rm -f web; docker volume rm app_cache; docker compose down'),
    holds: (_, words) => {
      const text = lineOf(words);
      const all = /\$\(\s*(?:sudo )?(?:docker|podman|nerdctl)\b[^)]*\b(?:ps|ls|list|images|container|volume)\b[^)]*|`\s*(?:docker|podman) (?:ps|volume|images)/.test(text);
      return (/^system prune\b/.test(text) && /--volumes\b/.test(text) && /(?:^| )(?:-[a-z]*f[a-z]*|--force)\b/.test(text)) || (/^system reset\b/.test(text) && /(?:-f|--force)\b/.test(text)) || (/^(?:rm|container rm|volume rm)\b/.test(text) && all) || (/^volume prune\b/.test(text) && /(?:^| )-[a-z]*a/.test(text)) || /^swarm leave (?:-f|--force)/.test(text) || /^stack rm\b/.test(text) || /^rmp .*(?:-a|--all)\b/.test(text) || (/\bdown\b/.test(text) && /(?:^| )(?:-v|--volumes)\b/.test(text) && /--rmi[ =]all|prod/.test(text));
    },
  },
  {
    id: 'shell.containers-pruned',
    type,
    severity: 'medium',
    sees: 'all unused images and containers deleted without a question',
    programs: ['docker', 'podman', 'nerdctl'],
    positive: bash('docker system prune -af'),
    nearMiss: bash('docker system df'),
    holds: (_, words) => words[0] === 'system' && words[1] === 'prune' && hasOption(words, 'a', '--all') && hasOption(words, 'f', '--force'),
  },
  {
    id: 'shell.remote-branches-lost',
    type,
    severity: 'high',
    sees: 'the main branch of a remote repository deleted, or all its branches overwritten by force',
    programs: ['git'],
    literals: ['--mirror', '--delete', 'push'],
    positive: bash('git push origin --delete main'),
    nearMiss: bash('git push origin --delete feature/login && git push --force origin main'),
    source: 'MITRE ATT&CK T1485',
    holds: (_, words) => losesBranches(words),
  },
  {
    id: 'shell.repository-rewritten',
    type,
    severity: 'medium',
    sees: 'published history overwritten or unsaved work thrown away',
    programs: ['git'],
    literals: ['git push', 'git clean', 'git branch', 'git reflog', 'filter-branch', 'filter-repo', 'push --force', 'push -f', 'update-ref', '--mirror', 'git reset'],
    positive: bash('git push --force origin main'),
    nearMiss: bash('git push --force-with-lease origin feature/x && git reset --hard HEAD~1'),
    holds: (_, words) => {
      const operands = operandsOf(words);
      const main = operands.some((word) => /^[+:]?(?:[\w/]+:)?(?:refs\/heads\/)?(?:main|master|prod(?:uction)?|release|trunk|develop)$/.test(word));
      const verb = operands[0] === undefined || words[0] === '-C' ? operands[1] : operands[0];
      if (losesBranches(words)) return false;
      if (verb === 'push') return words.includes('--mirror') || (words.includes('--all') && hasOption(words, 'f', '--force')) || (main && (hasOption(words, 'f', '--force') || words.includes('--delete') || hasOption(words, 'd') || operands.some((word) => /^[+:]/.test(word))));
      if (verb === 'clean') return hasOption(words, 'f', '--force') && hasOption(words, 'd') && hasOption(words, 'x') && words.some((word) => /f.*f|ff/.test(word));
      if (verb === 'branch') return main && hasOption(words, 'D');
      if (verb === 'reflog') return words.includes('--expire=now') && words.includes('--all');
      return verb === 'filter-branch' || (verb === 'filter-repo' && words.includes('--force'));
    },
  },
];

const MAIN = /^(?:refs\/heads\/)?(?:main|master|prod(?:uction)?|release|trunk|develop)$/;

function losesBranches(words: readonly string[]): boolean {
  if (!words.includes('push')) return false;
  const forced = hasOption(words, 'f', '--force');
  if (forced && (words.includes('--mirror') || words.includes('--all'))) return true;
  const deleting = words.includes('--delete') || words.includes('-d');
  return words.some((word) => (deleting && MAIN.test(word)) || (word.startsWith(':') && MAIN.test(word.slice(1))));
}
