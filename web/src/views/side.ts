import { html, type TemplateResult } from 'lit-html';
import { imagePanel } from './image-panel.js';
import { labelPanel } from './label-panel.js';
import { modelPanel } from './model-panel.js';
import { notices } from './notices.js';
import { trainingPanel } from './training-panel.js';

export function side(): TemplateResult {
  return html`${notices()} ${labelPanel()} ${modelPanel()} ${imagePanel()} ${trainingPanel()}`;
}
