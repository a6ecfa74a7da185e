/**
 * How a text is read. What is normal in a shell tool is injection in a file name, so each string of a call has one role, told by
 * tool name, tool type, field name and, for files that are written, the file's name.
 */
export const ROLES = [
  /** POSIX shell: a command or a script. */
  'shell',
  'powershell',
  /** cmd.exe. */
  'cmd',
  'sql',
  /** Program text in any language; `language` may say which. */
  'code',
  'path',
  'url',
  /** A host name or address by itself. */
  'host',
  /** HTML, templates, documents that some engine renders. */
  'markup',
  /** Text for people: messages, titles, descriptions, prompts. It may talk about attacks. */
  'prose',
  /** An e-mail address, phone number or account to send to. */
  'address',
  /** A field made for a password, token or key. */
  'secret',
  /** Any other short value: names, ids, search words. */
  'value',
  /** What a tool returned. */
  'output',
] as const;
export type Role = (typeof ROLES)[number];

export type Place = Readonly<{
  role: Role;
  /** Tool name as sent; empty if there is none. */
  tool: string;
  /** JSON pointer of the string; empty for the output itself. */
  path: string;
  /** Last object key on the way to the string, lower-case, with `_` for blanks and camel humps; empty if there is none. */
  field: string;
  /** File extension or language of code, lower-case: `py`, `js`, `php`, `yaml`; empty if unknown. */
  language: string;
  /** Where the text is written to or read from, when a field beside it says so; empty if not. */
  file: string;
  /** The object that holds the string, as sent, and the one that holds that: what a number or a switch beside it says. Of large ones the first 64 fields. */
  beside?: Readonly<Record<string, unknown>> | undefined;
  around?: Readonly<Record<string, unknown>> | undefined;
}>;
