import { type CommandRule, operandsOf } from './command-rule.ts';
import { listsWithin, wholeListing } from './listings.ts';

const bash = (script: string) => ({ tool: 'bash', arguments: { script } }) as const;

/** Programs that keep things for others, and by which verbs these are lost. */
const DELETES = /^(?:delete|destroy|remove|terminate|purge|uninstall|drop|deregister|undefine|del|erase|rb|rm|(?:delete|terminate|deregister|remove|cancel|disable|stop|batch-delete)-[a-z-]+|(?:delete|purge|forget)_[a-z]+|[a-z]+:(?:destroy|delete))$/;
const STOPS = /^(?:stop|cancel|disable|deactivate|suspend|deallocate|shutdown|mask|kill|scale)$/;
const KEEPERS = 'kubectl oc aws gcloud gsutil az doctl hcloud linode-cli vultr-cli scw openstack oci ibmcloud heroku fly flyctl helm gh glab stripe zfs rclone mc s3cmd virsh VBoxManage vboxmanage qm pct vim-cmd govc rabbitmqctl kafka-topics kafka-topics.sh redis-cli nomad consul vault okta firebase pscale atlas neonctl wp argocd velero salt-key ipa ctr crictl samba-tool ldapdelete'.split(' ');
/** Of these everything is started and stopped on an ordinary day. */
const STOPPERS = new Set(['systemctl', 'aws', 'gcloud', 'az', 'virsh', 'nomad', 'stripe', 'okta', 'gh', 'kubectl', 'oc']);

/** A substitution that names what a remote has, and nothing that narrows it. */
const LISTS_BRANCHES = /\$\(\s*git\s+(?:branch\s+(?:-r|--remotes|-a)|ls-remote)(?![^)]*--(?:merged|no-merged|contains))/;

export const listedRules: readonly CommandRule[] = [
  {
    id: 'shell.all-listed-deleted',
    type: 'destructive_command',
    severity: 'high',
    sees: 'all that a program lists handed to it again to be deleted or stopped',
    programs: [...KEEPERS, 'systemctl'],
    literals: ['xargs', 'parallel', '$('],
    positive: bash('gcloud compute disks list --format="value(name)" | xargs -n1 gcloud compute disks delete -q'),
    nearMiss: bash('kubectl get pods --field-selector=status.phase=Failed -o name | xargs kubectl delete; gh run list --limit 5 | cut -f1 | xargs -n1 gh run view'),
    source: 'MITRE ATT&CK T1485',
    holds: (command, words) => {
      const { name, wrappers } = command;
      const operands = operandsOf(words).slice(0, 5);
      if (!operands.some((word) => DELETES.test(word)) && !(STOPPERS.has(name) && operands.some((word) => STOPS.test(word))) && name !== 'ldapdelete') return false;
      if (words.some((word) => /^--dry-run|^--what-?if/.test(word))) return false;
      if (listsWithin(words)) return true;
      if (!wrappers.some((wrapper) => wrapper === 'xargs' || wrapper === 'parallel')) return false;
      const source = wholeListing(command);
      return source !== undefined && source.name !== 'cat' && (source.name === name || /^(?:curl|jq|zfs|virsh|systemctl|kcat|aws|gcloud)$/.test(source.name) || source.name.startsWith(name.slice(0, 4)));
    },
  },
  {
    id: 'shell.branches-deleted',
    type: 'destructive_command',
    severity: 'high',
    sees: 'all branches or tags of a Git repository deleted, here or at the remote',
    programs: ['git'],
    literals: ['xargs', 'for-each-ref', 'ls-remote', 'git branch'],
    positive: bash('git ls-remote --heads origin | cut -f2 | xargs git push origin --delete'),
    nearMiss: bash("git branch --merged | grep -v main | xargs git branch -d; git tag -l 'nightly-*' | xargs git tag -d"),
    source: 'MITRE ATT&CK T1485',
    holds: (command, words) => {
      if (words.includes('push') && words.some((word) => /^(?:--delete|-d)$/.test(word)) && words.some((word) => LISTS_BRANCHES.test(word))) return true;
      if (!command.wrappers.includes('xargs')) return false;
      const deletes = (words.includes('push') && words.some((word) => /^(?:--delete|-d)$|^:/.test(word))) || (words.includes('update-ref') && words.includes('-d')) || (words.includes('branch') && words.includes('-D'));
      const source = deletes ? wholeListing(command) : undefined;
      return source?.name === 'git' && !source.args.some(({ text }) => /^(?:--merged|--no-merged|--contains|--points-at)|^[\w/-]+[-/]\*/.test(text));
    },
  },
  {
    id: 'shell.processes-listed-killed',
    type: 'destructive_command',
    severity: 'high',
    sees: 'every process that is listed killed',
    programs: ['kill'],
    positive: bash("ps -eo pid= | xargs kill -9"),
    nearMiss: bash("pgrep -f 'vite --port 5173' | xargs kill; kill $(lsof -t -i:3000); ps aux | grep worker | awk '{print $2}' | xargs kill"),
    holds: (command, words) => {
      if (/(?:\$\(|`)\s*ps\s[^)`]*(?:\)|`)?/.test(words.join(' ').slice(0, 400))) return !/grep|\bhead\b|\$\d+\s*[~=]|awk\s+'?\/|\s-[CupG]\b|--ppid|pgrep/.test(words.join(' ').slice(0, 400));
      return command.wrappers.includes('xargs') && wholeListing(command)?.name === 'ps' && !command.pipedFrom?.args.some(({ text }) => /^-[CupG]$|^--ppid/.test(text));
    },
  },
];
