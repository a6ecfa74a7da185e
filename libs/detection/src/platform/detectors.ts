import type { Detector } from '../rule.ts';
import { secretFilesInArguments, secretSearches } from './files/in-arguments.ts';
import { secretFilesInCode } from './files/in-code.ts';
import { cronInProgram, runKeyInProgram, startFilesSetByPrograms } from './files/set-by-programs.ts';
import { startFilesAsTargets, webShells, writtenToStartFiles } from './files/written.ts';
import { posixCommands, writtenShellScripts } from './posix/detector.ts';
import { programExfiltration } from './programs/exfiltration.ts';
import { buildSecrets, installScripts } from './programs/pipelines.ts';
import { adminByProgram, rootShellInProgram, setuidBitByProgram } from './programs/privileges.ts';
import { accountLinesSent, collectors, doubtfulHosts } from './services/hosts.ts';
import { foreignAdmission, startupProcedure } from './services/lasting.ts';
import { adminPolicy, adminPolicyWritten, anybodyReads, databaseAdmin, hostFoldersMounted, hostTakenByManifest, rightsGiven } from './services/rights.ts';
import { databaseLinks, dataShares, deliveries, placeholdersSent, postedToHostile, secretsAttached, valuablesAttached } from './services/sent-out.ts';
import { commandsInFiles } from './posix/in-files.ts';
import { keysAdded, mailForwarding, runKeysSet, storedForLater } from './services/schedules.ts';
import { windowsCommandsInShells, windowsScripts } from './windows/detector.ts';

export const platformDetectors: readonly Detector[] = [
  secretFilesInArguments,
  secretSearches,
  secretFilesInCode,
  writtenToStartFiles,
  startFilesAsTargets,
  startFilesSetByPrograms,
  runKeyInProgram,
  cronInProgram,
  webShells,
  posixCommands,
  writtenShellScripts,
  windowsScripts,
  windowsCommandsInShells,
  programExfiltration,
  installScripts,
  buildSecrets,
  rootShellInProgram,
  setuidBitByProgram,
  adminByProgram,
  collectors,
  doubtfulHosts,
  accountLinesSent,
  rightsGiven,
  hostFoldersMounted,
  adminPolicy,
  adminPolicyWritten,
  anybodyReads,
  hostTakenByManifest,
  databaseAdmin,
  storedForLater,
  foreignAdmission,
  startupProcedure,
  keysAdded,
  mailForwarding,
  deliveries,
  placeholdersSent,
  secretsAttached,
  valuablesAttached,
  databaseLinks,
  dataShares,
  postedToHostile,
  runKeysSet,
  commandsInFiles,
];
