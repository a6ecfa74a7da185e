import type { Part } from './parts.ts';

/** What the arguments of a call say about how much it takes away. */
export type Scope = Readonly<{
  /** Everything there is: `*`, `all`, an empty filter, `older_than: 0`. */
  everything: boolean;
  /** Narrowed to some by an id, a list, a filter. */
  narrowed: boolean;
  /** Only tried, or asked back. */
  tried: boolean;
  /** Made to be thrown away: a name with `test`, `tmp`, `preview`. */
  disposable: boolean;
  /** What others rely on: a name with `prod` or `live`. */
  relied: boolean;
  /** Nothing is kept to go back to: no backup, no bin, no snapshot; contents too. */
  final: boolean;
}>;

const WHOLE = /^\s*(?:\*{1,2}|\.\*|\*\.\*|\*\*\/\*|\*:\*|%|\/\*{0,2}|all|any|everything|everyone|__all__|_all|all[_ -][a-z]{1,20}|entire[_ -][a-z]{1,20}|\{\s*"?(?:match_all"?\s*:\s*\{\s*\}\s*)?\}|in:(?:anywhere|all)|1\s*=\s*1)\s*$/i;
/** Fields that say how, or what is told, not what is taken away. */
const HOW = /(?:^|_)(?:fields?|columns?|select|return\w*|expand|format|locale|language|notify|cc|log_level|level|sort|order(?:_by)?|group_by|view|mode|method|reason|comment|note|message|description|text|output|erase_mode|wait)$/;
const CONDITION = /(?:^|_)(?:where|filters?|quer(?:y|ies)|conditions?|criteria|selector|match|predicate|match_all)$/;
const ALL_FLAG = /^(?:(?:delete|remove|select|purge|wipe|clear|apply_to|include|match|cancel|destroy|drop|stop)_(?:all|everything)(?:_\w{1,30})?|all(?:_[a-z]{1,20})?|everything|entire_[a-z]{1,20}|whole_[a-z]{1,20})$/;
const AGE = /^(?:older_than|min_age|max_age|retention|keep(?:_last)?|retain|days_to_keep|older_than_days|retention_days|retention_period|min_age_days|keep_count)(?:_\w{1,10})?$/;
/** Fields that name where everything of a kind is taken from, or who may: what is narrowed to a table is the whole table. */
const CONTAINER = /(?:^|_)(?:table|collection|index|bucket|database|db|environment|env|region|workspace|project|queue|dataset|tenant|org|organization|account|cluster|namespace|schema|site|team|store|shop|domain|zone|vault|object|object_type|type|kind|resource|resource_type|model|provider|version|confirm\w*|connection|credentials?|token|api_key|auth|action|operation|op|verb|tool|tool_name|function|command)$/;
const TRIED = /^(?:dry_?run|preview|simulate|simulation|what_?if|validate_only|check_only|test_mode|plan_only|noop)$/;
const DISPOSABLE = /(?:^|[-_./:=\s])(?:tests?|testing|tmp|temp|temporary|e2e|ci|dev|development|sandbox|staging|stage|preview|scratch|demo|qa|pr-?\d+|example|dummy|playground|fixtures?|local|localhost|ephemeral)(?:[-_./:\s]|\d|$)/i;
const RELIED = /(?:^|[-_./:=\s])(?:prod|prd|production|live|primary|main|master)(?:[-_./:\s]|\d|$)/i;
const WITHOUT = /^(?:skip|no|bypass|without|disable|ignore|omit)_(?:\w{1,30}_)?(?:backups?|snapshots?|recycle_?bin|bin|trash|undo|retention|recovery|archive|safeguards?|safety|approvals?|protection)(?:_\w{1,12})?$/;
const WITH = /^(?:hard|permanent(?:ly)?|hard_delete|permanent(?:ly)?_delete|delete_permanently|irreversible|unrecoverable|secure_?erase|(?:delete|remove|include|with|destroy|purge|wipe|erase)_(?:all_)?(?:contents?|disks?|data|backups?|snapshots?|volumes?|automated_backups|storage|database|admins?|versions|owners?)|force_delete\w{0,30}|force_destroy|delete_without_recovery|wipe_data|destroy_data)$/;
const KEPT = /^(?:soft_delete|keep_data|create_backup|backup_first|take_snapshot|final_snapshot|move_to_trash|to_trash|archive_first|retain_data)$/;

const NOWHERE: Scope = { everything: false, narrowed: false, tried: false, disposable: false, relied: false, final: false };

/** A name that says: made to be thrown away. Device files and homes are no names. */
export const isDisposable = (name: string): boolean => DISPOSABLE.test(name.replace(/^\/dev\/|^\/(?:home|users)\/[^/]+/i, '/'));

export function scopeOf(parts: readonly Part[]): Scope {
  const scope = { ...NOWHERE };
  let kept = false;
  for (const { field, value } of parts) {
    if (value === true || value === 'true') {
      if (ALL_FLAG.test(field)) scope.everything = true;
      if (TRIED.test(field)) scope.tried = true;
      if (WITHOUT.test(field) || WITH.test(field)) scope.final = true;
      if (KEPT.test(field)) kept = true;
      if (CONDITION.test(field)) scope.everything = true;
    } else if (value === false) {
      if (/^confirm(?:ed|ation)?$/.test(field)) scope.tried = true;
    } else if (value === 0 || value === '0' || value === '0d') {
      if (AGE.test(field)) scope.everything = true;
    } else if (value === null) {
      if (CONDITION.test(field)) scope.everything = true;
    } else if (typeof value === 'string') {
      if (!HOW.test(field) && WHOLE.test(value)) scope.everything = true;
      else if (!HOW.test(field) && !CONTAINER.test(field) && value.trim() !== '') scope.narrowed = true;
      if (!/reason|comment|description|note|message|confirm/.test(field)) {
        scope.disposable ||= isDisposable(value);
        scope.relied ||= RELIED.test(value);
      }
    } else if (typeof value === 'number' && /(?:^|_)ids?$/.test(field)) scope.narrowed = true;
  }
  return { ...scope, final: scope.final && !kept };
}
