import { defineApp } from 'monailabel';
import growFromClicks from './models/grow_from_clicks.js';
import segmentationSpleen from './models/segmentation_spleen.js';

export default defineApp({
  name: 'MONAILabel - Sample',
  description: 'A small spleen model for the sample data, quick to train on any machine, and organs grown from clicks',
  version: '0.1.0',
  models: [segmentationSpleen, growFromClicks],
  defaultModels: ['segmentation_spleen', 'grow_from_clicks'],
});
