import { defineApp } from 'monailabel';
import segmentationSpleen from './models/segmentation_spleen.js';

export default defineApp({
  name: 'MONAILabel - Sample',
  description: 'A small spleen model for the sample data, quick to train on any machine',
  version: '0.1.0',
  models: [segmentationSpleen],
  defaultModels: ['segmentation_spleen'],
});
