/**
 * Words of everyday texts and code, commonest tier first: what it costs to look where one stands. Counted over documentation and benign tool calls;
 * a word of no tier costs 1.
 */
const COMMON: ReadonlyMap<string, number> = new Map(
  [
    [1500, 
    'the to and for of is in from that as if on with this be you or type string it by script file should an not command use function will true are can data return new ' +
    'system any test log when example code set number query false generate version your all using run url also select user then have get no program used install list only ' +
    'javascript time key access where content schema source text but join message include based which create ci add parse has at input config order one process like ' +
      'x e z o raise name c s b u letter latin npm module require index map length export plugin except id more support api check app ' +
    'security so case a i dont'],
    [200, 
    'usage group general en sec head mit passed address second shell da workflow terminal high y html cache buffer tests bin server up tag called date expect whether setting changes operator master available skip issue platform dict valid browser connection form children world op logging count ' +
      'defined terms cc database installed authors removed extension codes rights de settings ab author sdk unit search checks exist accept another styles punctuation failed statement segment lo reason permissions ' +
      'clear service ce final too authentication automatically finally ac ad claude ignored destination diff granted closed plan ne subscription drop changelog disabled writing ' +
      'project request do how prompt end see was without note description other please may files first format output its they hello before image some does we been start ' +
    'actions line agent via each update task after there following event tools block state errors current context metadata instead configuration just team into must debug ' +
    'open make out token ignore write users base style rules here functions while find call strings need core us echo want env email re their provided my last given over ' +
    'read such done store go pass issues about non these way else two them review keys what would required different delete load python both hi could those our ' +
    'information argument character mode es work received because original response throw summary analysis let full internal including characters top reply standard ' +
    'software help remove solution application table plugins filter malicious close execute lines memory between password safe feature now every next primary within once ' +
    'running post warning returned unicode change google report buy schemas under developer provide named root link rule existing follow flag rating through questions ' +
    'checking explain copy website models even allows enabled parsing always during send contents convert otherwise being short save explicitly requests parameters part ' +
    'none info sudo above implementation comment append random policy best enable own question parameter invalid contain off needed credentials directly me microsoft ' +
    'compose made since created fetch calling parsed modify cannot payload prefix messages transform built changed active variables void merge ai already back handling ' +
    'real completed'],
    [40, 
    'model parts something were below care field display machine download point avoid symbols disable present tokens kind never mission section document curl page ' +
    'complete replace print action history label why written containing pre longer initial updated tool describe requires later purpose receiving old long day maximum ' +
    'expand implement operation combination alert base64 meta word define paper language unless constraints commit know focus apply alerting stop override good down ' +
    'binary free important future commands im zero provider secret adding step notes chunk listen inject sample notice reset story decode definitions cat consider ' +
    'confirmed inside necessary words constraint hidden large starting encoded processes documents structure everything feedback show who allowed keep framework tasks put ' +
    'break orders until maintenance anything forward follows authorization systems analyze share points place previous record management express upload contact kill ' +
    'limited normal strong protocol immediately warnings reject hex verify trusted separate precede customer steps needs analyzing starts tue breaking fail become profile ' +
    'consulting evaluation official intelligence human perform permission outputs choose previously prefer extend exactly learn supply regardless fill ignores encode warn ' +
    'prior switch continue reading logic rate insert shutdown spaces entire mail attached guidelines exact doing bugs dump suspend filtering released chat hint ever ' +
    'resume highlight bypass protocols omit job secrets audit processed yes vulnerabilities direct remember processing rejects assigned declare discuss goals critical ' +
    'visit admin passwords session expose star whenever reads negative alter rest programming actual addition objectives deleted administrator initiated quote say abort ' +
    'backwards people comply authorized stars shall did recommend capabilities owner pause past reproduce whatever give ways behind beginning accepted render emoji ' +
    'requested simulate signed maintain mark whole away notify activate aware wrong mention listing retrieve produce signatures earlier reminder sessions enhance ' +
    'autonomous confidential reader boundaries subsequent treat enter stay develop listening click si begin others decoded finished ordered collect offer goal says ' +
    'asked ask asks instructions policies comes rewrite engineering erase uppercase reverse excellent safety ok mistake bound together play'],
  ].flatMap(([cost, words]) => String(words).split(' ').map((word): [string, number] => [word, Number(cost)])),
);

/** How often one of the words is to be expected, roughly. */
export const costOf = (words: ReadonlySet<string>): number => [...words].reduce((sum, word) => sum + (word.startsWith('<') ? 9_000 : (COMMON.get(word) ?? (word.length <= 3 ? 15 : 1))), 0);
