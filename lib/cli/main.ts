#!/usr/bin/env node
import { Command } from 'commander';
import { LabelError } from '../errors.js';
import { packageVersion } from '../package-root.js';
import { addApps } from './apps.js';
import { addCheck } from './check.js';
import { addDatasets } from './datasets.js';
import { addDoctor } from './doctor.js';
import { addSampleData } from './sample-data.js';
import { addSetup } from './setup.js';
import { addStartServer } from './start-server.js';

/** Each adds one command; one file a command. */
const commands = [addStartServer, addCheck, addApps, addDatasets, addSampleData, addSetup, addDoctor];

const program = new Command('monailabel')
  // So that "start_server -v DEBUG" is the command's own -v.
  .enablePositionalOptions()
  .description('AI-assisted annotation server for medical images')
  .version(`MONAILabel version: ${packageVersion()}\nNode version: ${process.version}`, '-v, --version');
for (const add of commands) add(program);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof LabelError ? `monailabel: ${error.message}` : error);
  process.exit(1);
}
