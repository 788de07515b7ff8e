/** The public API: what an app imports from 'monailabel'. */

export { defineApp, type AppFile } from './app/app-file.js';
export {
  defineModel,
  type InferRecipe,
  type Labels,
  type Model,
  type ModelContext,
  type ModelFile,
  type ModelType,
  type OptionValue,
  type TrainRecipe,
} from './app/model.js';
export type { Datastore, ImageEntry, Info, LabelEntry } from './datastore/datastore.js';
export type {
  InfererSpec,
  LossSpec,
  NetworkSpec,
  ObjectiveSpec,
  OptimizerSpec,
  ScheduleSpec,
  Spec,
  SpecKind,
  TransformSpec,
} from './engine/types.js';
export { LabelError } from './errors.js';
export { float } from './float.js';
export * from './pipeline/index.js';
export { lastServed, type Choice, type Strategy, type StrategyContext } from './strategies/strategy.js';
