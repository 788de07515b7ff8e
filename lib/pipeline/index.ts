export * from './inferers.js';
export * from './losses.js';
export * from './networks.js';
export * from './objectives.js';
export * from './optimizers.js';
export * from './schedules.js';
export * from './spec.js';
export * from './transforms.js';
