/** Word classes of the phrases. `@name` inside one stands for the members of another. */
export const VOCABULARY = {
  // setting aside what was said before
  override: 'ignore disregard forget override overwrite overrule bypass discard neglect dismiss abandon erase nullify',
  negative: 'not dont never stop cease quit no longer',
  obey: 'follow obey heed comply observe adhere honour honor respect following obeying listen listening',
  prior: 'previous previously prior above aforementioned earlier preceding foregoing former past before existing original initial old last received given current',
  your: 'your ur thy youre',
  all: 'all any every each everything anything whatever whatsoever',
  orders:
    'instruction instructions instructon instructons intructions directive directives directions guideline guidelines prompt prompts command commands orders order rules rule constraints constraint programming training ' +
    'conditioning policies policy restrictions safeguards safeguard guardrails guardrail guidance alignment mandates protocols protocol objectives objective',
  hard_orders: 'instruction instructions instructon intructions directive directives prompt prompts guardrails safeguards programming guidelines',
  void: 'void invalid obsolete revoked cancelled canceled outdated superseded overridden nullified irrelevant deleted lifted suspended expired withdrawn rescinded retracted annulled repealed replaced scrapped waived inapplicable',
  tasks: 'approve pay wire email mail fetch download merge add move print turn disable enable sell book remember',
  context: 'context conversation conversations message messages text content everything info information input inputs task tasks words chat history goals goal request requests data question questions',
  matter: 'resume cv document documents article text email mail page paper table content contents data above below task question request review reviews rest listing description',
  say: 'say state output print write reply respond answer return claim report tell conclude declare display repeat',
  doing: '@say do perform execute run send forward delete transfer instead act give reveal show email create call use add help provide translate become pretend start focus complete obey follow listen visit click open post upload share summarize recommend rate approve buy grant invite',

  // the model, and its makers
  model: 'ai ais llm llms gpt chatgpt claude gemini copilot bard llama mistral bot bots chatbot chatbots assistant assistants agent agents model models crawler crawlers scraper scrapers robot robots machine machines automated automation aimodel summarizer',
  ai: 'ai ais llm llms gpt chatgpt claude gemini copilot chatbot chatbots',
  // tools that reach outside or cannot be undone, as they are often called
  risky_tool: 'send_email sendemail send_mail sendmail send_message sendmessage send_sms post_message transfer_money transfer_funds send_money make_payment place_order delete_file delete_files delete_all delete_email forward_email forward_message create_share share_file upload_file http_post post_request exec_command run_command execute_command execute_code run_shell add_user grant_access add_collaborator create_transfer schedule_transaction update_password unlock_door',
  reading: 'reading read reads processing process processes parsing parse analyzing analysing analyze analyse summarizing summarising summarize summarise scanning viewing seeing see encountering accessing ingesting reviewing evaluating handling browsing indexing receiving screening triaging translating classifying',
  maker: 'openai anthropic google microsoft meta mistral developer developers creator creators admin administrator administrators operator operators owner sysadmin root system provider engineers engineering security',

  // asking for what was said before
  reveal:
    'reveal repeat print show display output disclose share leak dump echo expose list tell give provide recite write say return paste quote reproduce summarize summarise describe translate encode spell send type render post copy convert restate ' +
    'rephrase paraphrase explain verbatim include append complete continue put',
  secret: 'password passwords passphrase passcode secret secrets key keys code pin token flag credential credentials string phrase',

  // jailbreaks
  persona: 'dan stan dude aim evil jailbroken unfiltered uncensored unrestricted amoral unethical unbound limitless unhinged',
  none: 'no without zero free lacks lacking any never not isnt arent doesnt dont nor',
  limits: 'restrictions restriction limitations limits filters filter filtering censorship guidelines boundaries rules constraints safeguards morals morality ethics guardrails prohibitions inhibitions policies policy limitation legalities laws confines disclaimers warnings',
  ethics: 'ethical moral content safety legal openai openais anthropic anthropics usual typical safeguard ai programming ethics chatgpt chatgpts guideline security built',

  // answers steered
  answer: 'response responses answer answers reply replies output summary completion report review analysis',
  reshape:
    'modify augment enhance render encode encrypt encipher translate scramble jumble reverse invert rewrite rephrase paraphrase express convert obfuscate alter tailor adjust transform cipher anagram shuffle flip mirror corrupt garble distort flavor flavour ' +
    'format change swap replace substitute craft structure style phrase present censor redact capitalize capitalise abbreviate misspell alternate randomize uppercase lowercase expand extend enrich embellish decorate saturate pepper infuse season spice',
  insert: 'include add append insert embed mention provide integrate incorporate weave introduce write use put place inject slip work feature highlight advertise promote suggest recommend encourage attach prepend begin start end conclude finish close open sprinkle offer give compose produce supply',
  insert_strong: 'promote advertise weave interweave introduce integrate incorporate sprinkle embed insert inject slip praise endorse smuggle',
  false_words: 'false fake fabricated misleading incorrect wrong biased random irrelevant unrelated harmful dangerous made fictional invented nonsense',
  article: 'a an some this that random fake fabricated misleading irrelevant unrelated quote link',
  suggestion: 'suggest suggesting include mention recommend add advise advertise promote encourage provide offer state say use tell ask urge write discuss highlight insert refer direct invite persuade convince',

  code_insert: 'employ employing interweave interweaving intertwine implement utilizing leveraging consider incorporate incorporating embed embedding append appending include including insert inserting add adding integrate integrating render rendering featuring feature attach attaching weave weaving merge augment augmenting use using put place paste fold infuse introduce bring enrich enriching fortify inject plug slot blend leverage utilize apply enhance supplement complement',

  // other languages
  de_set_aside: 'ignoriere ignorier ignorieren ignoriert missachte missachten missachtet vergiss vergessen vergesst ubergehe ubergehen uberschreibe verwirf verwerfen',
  de_prior: 'vorherigen vorherige vorigen vorige bisherigen bisherige obigen obige fruheren fruhere vorangegangenen vorangegangene vorhergehenden vorausgehenden alle allen samtliche deine ihre ursprunglichen zuvor oben gegebenen bestehenden',
  de_orders: 'anweisung anweisungen instruktion instruktionen befehl befehle befehlen vorgabe vorgaben regeln richtlinien anordnungen hinweise auftrage aufgaben systemanweisungen systemprompt prompt prompts vorschriften kontext',
  fr_set_aside: 'ignore ignores ignorez ignorer oublie oublies oubliez oublier neglige negligez negliger dignorer doublier faites fais tenez tiens omettez',
  fr_orders: 'instruction instructions consigne consignes directive directives regles ordres commandes linstruction prompt prompts',
  fr_prior: 'precedente precedentes precedents precedent anterieures anterieure prealables initiales dessus prealable toutes tes vos donnees recues ci',
  es_set_aside: 'ignora ignore ignorad ignorar ignoren olvida olvide olvidad olvidar olvidate desestima desestime descarta descarte omite omita omitir desobedece',
  es_orders: 'instrucciones instruccion indicaciones ordenes reglas directrices directivas ordenes prompt mensajes normas',
  es_prior: 'anteriores anterior previas previos previa precedentes arriba todas tus sus dadas originales recibidas iniciales',
  pt_set_aside: 'ignore ignora ignorem ignorar esqueca esquece esquecam esquecer desconsidere desconsidera desconsiderem desconsiderar despreze descarte',
  pt_orders: 'instrucoes instrucao ordens regras diretrizes orientacoes comandos indicacoes prompt',
  pt_prior: 'anteriores anterior previas acima precedentes todas suas tuas originais recebidas iniciais',
  it_set_aside: 'ignora ignorate ignori ignorare dimentica dimenticate dimentichi dimenticare trascura trascurate scarta scartate tralascia',
  it_orders: 'istruzioni istruzione indicazioni direttive regole ordini comandi prompt',
  it_prior: 'precedenti precedente sopra anteriori fornite ricevute tutte tue iniziali originali',
  nl_set_aside: 'negeer negeert negeren vergeet veronachtzaam sla',
  nl_orders: 'instructies instructie opdrachten opdracht aanwijzingen regels richtlijnen bevelen prompt prompts',
  nl_prior: 'alle vorige eerdere voorgaande bovenstaande voorafgaande je jouw uw oorspronkelijke',
  pl_set_aside: 'zignoruj ignoruj zignorujcie ignorujcie pomin zapomnij zapomnijcie odrzuc zignorowac',
  pl_orders: 'instrukcje instrukcji instrukcjach polecenia polecen poleceniach wytyczne zasady reguly nakazy komendy prompty',
  pl_prior: 'wszystkie wszystkich poprzednie poprzednich wczesniejsze wczesniejszych powyzsze dotychczasowe swoje twoje',
  no_set_aside: 'ignorera ignorer glom glem bortse strunta forkast',
  no_orders: 'instruktioner instruksjoner instrukser anvisningar anvisninger regler ordrer instruktionerna kommandoer ohjeet ohjeita ohjeesi',
  no_prior: 'tidigare foregaende tidligere forrige alla alle ovanstaende ovenstaende dine dina aiemmat edelliset kaikki',
  cs_set_aside: 'ignoruj ignorujte zapomen zapomente zapomn pomin unohda ohita',
  cs_orders: 'pokyny instrukce prikazy instrukcie pravidla pokynov ohjeet ohjeesi maaraykset',
  cs_prior: 'predchozi predchadzajuce vsechny vsetky predesle vyse uvedene aiemmat edelliset kaikki',
  ro_set_aside: 'ignora ignorati uita uitati',
  ro_orders: 'instructiunile instructiuni comenzile regulile',
  ro_prior: 'anterioare precedente toate',
  tr_orders: 'talimatlari talimatlarini talimati talimatlarin komutlari kurallari yonergeleri yonergeler emirleri talimatlar mesaji mesajini istemi istemini isteminizi',
  tr_set_aside: 'yok yoksay unut unutun alma almayin gormezden goz yoksayin say uyma iptal gecersiz atla reddet dikkate',
  id_set_aside: 'abaikan lupakan hiraukan',
  id_orders: 'instruksi perintah petunjuk aturan arahan',
  id_prior: 'sebelumnya diatas semua sebelum',
  vi_orders: 'dan lenh thi',
} as const satisfies Readonly<Record<string, string>>;
