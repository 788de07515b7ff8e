import { defineApp } from 'monailabel';
import segmentationSpleen from './models/segmentation_spleen.js';

export default defineApp({
  name: 'MONAILabel - Radiology',
  description: 'DeepLearning models for radiology',
  version: '0.1.0',
  models: [segmentationSpleen],
  pretrainedPath: 'https://github.com/Project-MONAI/MONAILabel/releases/download/pretrained',
});
