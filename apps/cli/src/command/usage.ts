export const usage = `holdpoint <command>

Without a running system:
  decide --policies FILE    judge recorded tool calls by a file of policies: calls as JSON lines in, decisions as JSON lines out
  policy test FILE…         run cases: policies, calls, and what is wanted of them
  policy lint FILE…         tell what looks wrong in files of policies
  scan                      say what the scanner sees in recorded tool calls and outputs: JSON lines in and out

With a running gateway, and a key in HOLDPOINT_API_KEY:
  policy pull [FILE]        write the policies of a guard to a file
  policy diff FILE          tell what a push of the file would do, and whether that loosens or tightens
  policy push FILE          make the policies of a guard those of the file

On this machine:
  up                        run the whole system (what \`npm start\` does)
  demo [--calls FILE]       replay tool calls through it, approve and reject as a person would, and show the account
  db check [--json]         look at the database of a system: versions, rights, partitions, invariants; changes nothing

holdpoint <command> --help says more, with exit codes. The manual: docs/cli.md
`;

export const upUsage = `holdpoint up

  Runs NATS, Postgres and all services until it is interrupted, with its data in HOLDPOINT_DATA_DIR. It takes no options: what can be set is set in the
  environment (docs/configuration.md).

  Exit code 0: stopped; 1: it cannot run, and why; 78: the environment is not right.
`;

export const demoUsage = `holdpoint demo [--calls FILE]

  Replays tool calls through a running system, approves and rejects as a person would, and accounts for every one.

  --calls FILE   JSON lines {id, tool, arguments}; without it, a sample that ships with Holdpoint

  HOLDPOINT_URL and HOLDPOINT_KEY name a running system; without them one is started for the demo.
  Exit code 0: everything is accounted for; 1: something is not, or it cannot run.
`;
