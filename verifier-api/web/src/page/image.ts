// QR codes in pictures and in front of the camera. Loaded when first needed.
import jsQR from "jsqr";

/** Text of a code in these pixels. */
export function code_in(pixels: ImageData, thorough: boolean): string | null {
  return jsQR(pixels.data, pixels.width, pixels.height, { inversionAttempts: thorough ? "attemptBoth" : "dontInvert" })?.data ?? null;
}

const side_max = 2000;
export async function code_in_picture(file: Blob): Promise<string | null> {
  const bitmap = await createImageBitmap(file);
  // Small codes in large photographs, and large ones: both scales are tried.
  for (const scale of [1, 0.5, 2]) {
    const fit = Math.min(1, side_max / Math.max(bitmap.width, bitmap.height)) * scale;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * fit));
    canvas.height = Math.max(1, Math.round(bitmap.height * fit));
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const found = code_in(context.getImageData(0, 0, canvas.width, canvas.height), true);
    if (found !== null) return found;
  }
  return null;
}

export interface Scanner {
  stop(): void;
}
/** Looks for codes until stopped. */
export async function scan(video: HTMLVideoElement, found: (text: string) => void): Promise<Scanner> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
  let running = true;
  video.srcObject = stream;
  await video.play();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const look = (): void => {
    if (!running) return;
    if (video.videoWidth > 0) {
      const fit = Math.min(1, 1000 / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = Math.round(video.videoWidth * fit);
      canvas.height = Math.round(video.videoHeight * fit);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const text = code_in(context.getImageData(0, 0, canvas.width, canvas.height), false);
      if (text !== null) found(text);
    }
    setTimeout(look, 120);
  };
  look();
  return {
    stop() {
      running = false;
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}
