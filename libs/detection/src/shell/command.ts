/** A word of a command, as the shell would hand it over as far as that can be told without running anything. */
export type Word = Readonly<{
  /** Quotes and escapes removed, `$'…'` decoded, `${a:0:1}`-like tricks resolved where they are constant; unknown expansions stand as written (`${X}` as `$X`). */
  text: string;
  start: number;
  end: number;
  /** Whether any of it was quoted. */
  quoted: boolean;
  /** Whether an expansion or substitution in it could not be resolved. */
  dynamic: boolean;
}>;

export type Redirect = Readonly<{ operator: string; target: Word | undefined; fd: number | undefined }>;

/** One simple command. */
export type Command = Readonly<{
  /**
   * Base name of the program, lower-case, without directories and `.exe`, after wrappers: for `sudo -u root env A=1 /bin/rm -rf /` it is `rm`;
   * empty when only assignments or redirections stand there. A wrapper with nothing to run is the program itself: `sudo -i` is `sudo`.
   */
  name: string;
  /** Words after the program's name. */
  args: readonly Word[];
  /** Wrappers that stood before it, outermost first: `sudo`, `env`, `nohup`, `timeout`, `xargs`, `busybox`, … */
  wrappers: readonly string[];
  redirects: readonly Redirect[];
  assignments: readonly Word[];
  /** The constant text of a here-document or here-string that it reads. */
  input: Word | undefined;
  start: number;
  end: number;
  /** Where `cd` led before it, as it was written; empty where none did, or where to cannot be told. */
  folder: string;
  /** The command whose output it reads through a pipe. */
  pipedFrom: Command | undefined;
  /** 0 at the top; more inside `$(…)`, backquotes, `<(…)`, and in text given to `sh -c`, `eval` and the like. */
  depth: number;
  /** Operator that stood before it: `;`, `&&`, `||`, `|`, `&`, newline, `(`, `)`, or empty for the first. */
  operator: string;
}>;

/**
 * Every simple command of a text, inner ones after the command that holds them. Programs that run others (`xargs`, `find -exec`, `ssh`, `docker exec`,
 * `sh -c`, `nsenter`) are commands themselves, followed by what they run; here-documents given to an interpreter are parsed too.
 */
/** Words of one command that rules look at; a script in which one has more is not read whole. */
export const MOST_WORDS = 4_096;

export type Script = Readonly<{ commands: readonly Command[]; /** False where quotes or brackets do not close. */ closed: boolean; /** False where it is nested deeper, or has more commands or words of one, than are read. */ whole: boolean }>;
