import { scanCall, scanOutput, type Scan } from '@holdpoint/detection';
import { wantsHelp } from '../command/options.ts';
import { type LineStreams, linesOf } from '../json-lines/lines.ts';
import { readRecord, type ScanRecord } from './record.ts';

const scanUsage = `holdpoint scan < calls.jsonl > findings.jsonl

  Reads one record a line, \`{id, kind: call, tool, type?, arguments}\` or \`{id, kind: output, tool?, text}\`, and writes one finding a line, in the
  same order: \`{id, risk_score, threats_detected}\`. Other fields are left alone. Nothing leaves this machine, and no file is held in memory.
  Exit code 0: every line was scanned; 1: some could not be read. Those are named on stderr by their number, and the others are scanned all the same.
`;

type ScanContext = LineStreams & Readonly<{ args: readonly string[]; err: (line: string) => void }>;

/** `holdpoint scan`. Returns the exit code. */
export async function scan({ args, input, out, err }: ScanContext): Promise<number> {
  if (wantsHelp(args)) {
    await out(scanUsage);
    return 0;
  }
  if (args.length > 0) {
    err(`holdpoint scan takes no \`${args.join(' ')}\`\n\n${scanUsage}`);
    return 64;
  }
  let unreadable = 0;
  for await (const line of linesOf(input)) {
    if ('text' in line && line.text.trim() === '') continue;
    const record = 'text' in line ? readRecord(line.text) : line;
    if ('problem' in record) {
      unreadable += 1;
      err(`holdpoint: line ${line.number} ${record.problem}`);
      continue;
    }
    const { risk_score, threats_detected } = scanned(record);
    await out(JSON.stringify({ id: record.id, risk_score, threats_detected }));
  }
  return unreadable === 0 ? 0 : 1;
}

function scanned(record: ScanRecord): Scan {
  return record.kind === 'call' ? scanCall({ name: record.tool, type: record.type, arguments: record.arguments }) : scanOutput(record.text, { tool: record.tool });
}
