export { OPENAI_PRICES } from '../openai-responses/pricing';
