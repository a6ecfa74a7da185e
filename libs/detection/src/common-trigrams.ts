/** Three characters in a row that prose, code and commands are full of, commonest first. Counted over documentation, source files and benign tool calls. */
const TIERS: readonly (readonly [perMillion: number, trigrams: string])[] = [
  [
    1800,
    ' ththeiontioinghe  re = ent co inconor on for aned onsstrateterand tong --- a  secomer ectatiameto ortest fo deprois in resselnamodepor noes stand typ' +
      'ithall stessif ype priletrielf',
  ],
  [
    800,
    'reaverdefst tur iss aersnste ase retfilmen oftesctiof int pa ifsere sdatetu  re tromrinre urn wiistpar 0xtor liuses t ex  ile che caerrimprt frolin fi' +
      'ineperthiagedercodvalte   snte usareexpratlf.itetedpatts ll  bewithisontnot.corn tinptie, om  maat e ibleera frn taseassas preackscr asnt endtrasiorro' +
      'th httttpcri trpleextoptsetrorrip  coneinslic onult://mplpacmpoal ableadste ore: unce cthatemt iiptworranit t te fthoces',
  ],
  [
    480,
    'hatan getrecles dindeopeourjecherirekey su teequ  }tatgitoutmod --funps:t stpss:/  t  d aremeaddathen chans act whindimeice momatmettal men aenctimorm' +
      'ss lueounacentsaluereompelener alenslats iot nalargs, trusin sh it opld nct soataonfly ordalief -> loce o imttef t ->hannodainclantiivecalert leme , 0' +
      'd try  loreqncehouore by ch  ecatemad alet vaeve sct adirartrunsholas  0(sereplogidebe uleommde rsice  neeatrengennontenredn snsefinalsmesincdisappyou' +
      'nfi do enailpenocksyscurquelise pecount syues ha, s unbjeatts framtrelses out et r tastigh) {efistiund nat, e =pt ntaangcresedobja sritwartar adaradec' +
      'lowt ove figtch fu yoct rce acpect chenby ginthuspaleaom/mailenrserefnumeneorkoduer.ove gee ds =xposon latexescityarsoulhubdesuldlemanyschitiini - sse',
  ],
  [
    270,
    'ght  psesmerettbasden tyber bungeizegrassiplaill, tdin fa  fs: ete daposdulhemckeutit: r a, ad iureefacol rue r===id whespeatccto000ervicaraccenmansou' +
      'npmpributrmaaul spiestic// ancruenitsubmiturcfaun ich secetan carrs ses.acccanutequidoc clreeharrtsystignantroprigach202libfixic ustmbeven nuputerirou' +
      'trytanntriald b(ht== fery tcoumins noryise](hkinullccen oansne cop bag tts.le.ub.ildr iam .jsregricrs  poifyorincoribuir  af._on.. td onewifineslercka' +
      'auternllod, e lmap kekagatoe wsolb.c elexem tostt dr, ue  ats pt fdrepe clu wargeumbcorool { ou _copes rae mtab/gistos campar  ==//g: slitinf, cst_ si' +
      'lleoiner_adeeckn fddriss  -tailect =ecuorso tlaresehel0x1e e_nany hecem _idechoseusikeneas): blodedsagethenatifrraer(tivcasy atila capieci veaveelspli' +
      'nin, oe usitinagesloahorjso ta_ineamvarume erge , inedexcremrtiuilfalmis ob_reficbuilude bmononawri: tt rpm e nole= sty g a crt p.stck whinclr c()  mi' +
      'grekerogr puf, nfomaredi pe blhaswilew   (  l) =0, t wdell luth=> maldevesusul 20ellffe  ndepespocas wcteokeuniothdle heledchieptn, onlibubelf sr ondl' +
      'fieow seno aermopy  /supcapr bary, nrogudesig =>s. f (ardy o  {d s apd wearorg= rownbacoll bossachoempn r.rer =r s wenlyictrayviddetabed fip imicept b' +
      's mf atokariheaeximmaoted =us ercscoee rgsstsilsis.), roc, patu0x0 // grlf,uppnnesynay eprraioad022y, thr oued.tiant_.palidsrc= naleowsnorndisli/consi',
  ],
];

/** How often each stands in a million characters, roughly. */
export const COMMON_TRIGRAMS: ReadonlyMap<string, number> = new Map(
  TIERS.flatMap(([perMillion, trigrams]) => (trigrams.match(/.{3}/g) ?? []).map((trigram): [string, number] => [trigram, perMillion])),
);
