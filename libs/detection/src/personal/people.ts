/** Two to four words with capitals, as names of people are written; initials and particles among them. */
const NAME = /(?<![\p{L}\d_])\p{Lu}[\p{Ll}'’]{1,20}(?:[ -](?:\p{Lu}\.?|(?:van|von|de|der|den|da|di|del|la|le|bin|al|el)|\p{Lu}[\p{L}'’]{1,20})){0,2}[ -]\p{Lu}[\p{L}'’]{1,20}(?![\p{L}\d_])/gu;

/** Capitalised words that are no names. */
const NO_NAME =
  /\b(?:Social|Security|Insurance|National|Number|Card|Credit|Debit|Date|Birth|United|States|Kingdom|Street|Avenue|Ave|Road|Lane|Drive|City|Bank|Account|Passport|License|Licence|Driver|Drivers|Driving|Patient|Medical|Record|Health|The|This|That|Please|Dear|Hello|Best|Kind|Regards|Thanks|Thank|From|Subject|Customer|Employee|Details|Access|Total|Order|Invoice|Tax|File|Home|Address|Phone|Email|Name|Page|Table|Section|Version|Project|Team|Department|Inc|Ltd|Llc|Gmbh|Corp|Company|University|Hospital|January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|North|South|East|West|New|York|San|Los|Key|Test|Example|Error|Request|Response|Content|Type|User|Agent|Open|Source|Apache|Mozilla|Royal|Visa|Mastercard|American|Express|Ref|For|Your|Our|Re|Contract|Routing|Sort|Code|Salary|Payroll|Senior|Junior|Software|Engineer|Manager|Director|Summary|Report|Average|Median|Range|Base|Annual)\b/;

/** Whether a person is named in a stretch of text. */
export function namesPerson(text: string): boolean {
  return firstName(text) !== undefined;
}

/** The first name in a stretch of text and where it stands. */
export function firstName(text: string): Readonly<{ name: string; at: number }> | undefined {
  for (const match of text.matchAll(NAME)) if (!NO_NAME.test(match[0])) return { name: match[0], at: match.index };
  return undefined;
}

/** `"name": "…"`, `first_name: …`, `patient: …`: a field that holds a person's name. */
export const hasNameField = (text: string): boolean => /["'<_\b](?:full_?|first_?|last_?|sur|customer_?|employee_?|patient_?|holder_?|given_?|family_?)?name["'>]?\s{0,2}[:=>]\s{0,2}["']?\p{L}{2}/iu.test(text);
