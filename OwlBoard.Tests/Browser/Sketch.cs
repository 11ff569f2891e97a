namespace OwlBoard.Tests.Browser;

/// <summary>Draws a realistic sketch, for screenshots of the page.</summary>
internal static class Sketch
{
    /// <summary>The number of its shapes.</summary>
    public const int Shapes = 11;

    public static async Task DrawAsync(Whiteboard board)
    {
        await WriteAsync("Checkout", (520, 60), colour: 0);
        await ShapeAsync("rectangle", 2, (180, 180), (380, 280));
        await WriteAsync("Cart", (240, 210), colour: 2);
        await ShapeAsync("arrow", 0, (395, 230), (505, 230));
        await ShapeAsync("ellipse", 4, (520, 170), (740, 290));
        await WriteAsync("Pay", (600, 210), colour: 4);
        await ShapeAsync("arrow", 0, (755, 230), (865, 230));
        await ShapeAsync("rectangle", 5, (880, 180), (1080, 280));
        await WriteAsync("Bank", (940, 210), colour: 5);
        await ShapeAsync("pen", 7, (610, 330), (580, 370), (610, 420), (660, 440), (700, 400), (680, 350), (630, 330), (600, 345));
        await ShapeAsync("pen", 6, (250, 420), (280, 380), (310, 420), (340, 380), (370, 420), (400, 380), (430, 420));

        async Task ShapeAsync(string tool, int colour, params (int X, int Y)[] places)
        {
            await board.ChooseAsync(tool);
            await board.Page.Locator("#colours input").Nth(colour).CheckAsync(new() { Force = true });
            await board.DrawAsync(places);
        }

        async Task WriteAsync(string text, (int X, int Y) place, int colour)
        {
            await ShapeAsync("text", colour, place, place);
            await board.Page.Locator(".text-input").FillAsync(text);
            await board.Page.Keyboard.PressAsync("Enter");
        }
    }
}
