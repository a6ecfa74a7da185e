/**
 * A function that remembers what it answered to names of up to `longest` characters: at most `most` of them, then it forgets all; forgetting changes no answer.
 * It keeps copies, and answers about those: a piece cut out of a text would keep all of that text in memory.
 */
export function remembering<Answer>(most: number, longest: number, answerTo: (name: string) => Answer): (name: string) => Answer {
  const answers = new Map<string, Readonly<{ answer: Answer }>>();
  return (name) => {
    const known = answers.get(name);
    if (known !== undefined) return known.answer;
    if (name.length > longest) return answerTo(name);
    const own = ownCopy(name);
    const answer = answerTo(own);
    if (answers.size >= most) answers.clear();
    answers.set(own, { answer });
    return answer;
  };
}

/** The same characters in memory of their own: as the name of a property, which engines keep once, so that a map finds it without comparing characters. */
export const ownCopy = (text: string): string => Object.keys({ [text]: true })[0] ?? text;
